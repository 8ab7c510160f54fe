using System.Net.Http.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Tests.Compliance.Catalogues;

namespace Quarry.Tests.Faults;

/// <summary>A connection string puts the catalogue of a real Lode writer into PostgreSQL.</summary>
public sealed class SharedCatalogueTests(PostgresServer server) : IClassFixture<PostgresServer>
{
    [Fact]
    public async Task Writers_share_the_catalogue_that_a_connection_string_names()
    {
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__catalogue"] = await server.NewDatabaseAsync(),
        };
        await using var first = await LodeWriterProcess.StartAsync(folder.Path, settings);
        await using var second = await LodeWriterProcess.StartAsync(folder.Path, settings);
        foreach (var (writer, run) in new[] { (first, "run-1"), (second, "run-2") })
        {
            var client = new RunClient(run, 1);
            Assert.True(await client.AppendToAsync(writer.Grpc, 5, () => { }));
            await client.CloseAsync(writer.Grpc);
            await writer.SaysAsync($"Run {run} is settled");
        }
        foreach (var writer in new[] { first, second })
        {
            using var http = new HttpClient { BaseAddress = writer.Http };
            var runs = await http.GetFromJsonAsync<Page<RunRecord>>("/api/v1/runs", QuarryJson.Compact);
            Assert.Equal(["run-2", "run-1"], runs!.Items.Select(r => r.RunId));
            var fields = await http.GetFromJsonAsync<Page<FieldReport>>(
                "/api/v1/sources/faults/fields",
                QuarryJson.Compact
            );
            Assert.Equal(["run-2", "run-1"], fields!.Items.Select(f => f.RunId));
        }
        Assert.Empty(Directory.GetFiles(folder.Path, "catalogue.db*", SearchOption.AllDirectories));
    }
}
