using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Tests.Integration;

namespace Quarry.Tests.Faults;

/// <summary>A data set of 200 runs, written through a real Lode writer: every way of counting it gives the same.</summary>
public class DatasetTests
{
    private const int Runs = 200;
    private const int EventsMax = 30;

    [Fact]
    public async Task A_plain_glob_the_catalogue_verify_and_sql_count_the_same()
    {
        using var folder = new TemporaryFolder();
        await using var writer = await LodeWriterProcess.StartAsync(
            folder.Path,
            new Dictionary<string, string> { ["Lode__WalGraceMinutes"] = "0" }
        );
        for (var n = 1; n <= Runs; n++)
        {
            var client = new RunClient($"run-{n}", n);
            Assert.True(await client.AppendToAsync(writer.Grpc, 1 + (n % EventsMax), () => { }));
            await client.CloseAsync(writer.Grpc);
        }
        for (var n = 1; n <= Runs; n++)
            await writer.SaysAsync($"Run run-{n}: ");
        using var http = new HttpClient { BaseAddress = writer.Http };
        var catalogued = (await CataloguedAsync(http)).ToDictionary(r => r.RunId, r => r.SeqLast);
        Assert.Equal(Runs, catalogued.Count);
        Assert.Equal(catalogued, Globbed(folder.Path));
        Assert.Equal(catalogued, await QueriedAsync(http));
        foreach (var (run, events) in catalogued)
        {
            using var answer = await http.PostAsync($"/api/v1/runs/{run}/verify", null);
            var proof = (await answer.Content.ReadFromJsonAsync<VerifyReport>(QuarryJson.Compact))!;
            Assert.True(proof.Complete, JsonSerializer.Serialize(proof.Checks.Where(c => !c.Ok)));
            Assert.Equal(events, proof.Stored);
        }
        Assert.Empty(Directory.GetFiles(folder.Path, "*.zst", SearchOption.AllDirectories));
    }

    private static Dictionary<string, long> Globbed(string root) =>
        DuckDb
            .Query(
                root,
                "select run_id, count(*) from $files where record_kind in ('event', 'artifact_event') group by 1"
            )
            .ToDictionary(row => (string)row[0]!, row => (long)row[1]!);

    private static async Task<Dictionary<string, long>> QueriedAsync(HttpClient http)
    {
        using var answer = await http.PostAsJsonAsync(
            "/api/v1/query",
            new { sql = "select run_id, count(*) as n from events group by 1" }
        );
        var body = (await answer.Content.ReadFromJsonAsync<QueryAnswer>(QuarryJson.Compact))!;
        Assert.Equal(["run_id VARCHAR", "n BIGINT"], body.Columns.Select(c => $"{c.Name} {c.Type}"));
        return body.Rows.ToDictionary(row => row[0].GetString()!, row => row[1].GetInt64());
    }

    private static async Task<List<RunRecord>> CataloguedAsync(HttpClient http)
    {
        var all = new List<RunRecord>();
        for (string? cursor = ""; cursor is not null; )
        {
            var page = await http.GetFromJsonAsync<Page<RunRecord>>(
                $"/api/v1/runs?limit=100{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}",
                QuarryJson.Compact
            );
            all.AddRange(page!.Items);
            cursor = page.NextCursor;
        }
        return all;
    }
}
