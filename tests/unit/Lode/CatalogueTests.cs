using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

/// <summary>The catalogue is a projection: deleted and built again it answers the same (CONTRACT_LODE rule 29).</summary>
public sealed class CatalogueTests(ITestOutputHelper output) : IDisposable
{
    private const int Runs = 120;
    private readonly LodeFolder folder = new();

    private string Path => CatalogueFile.PathBelow(folder.Root);

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Built_again_from_the_log_it_answers_every_question_as_before()
    {
        var random = new Random(Seeds.Next(output));
        await using var lode = await folder.OpenAsync();
        await using (var connection = Open(lode))
        {
            await connection.File.BringUpAsync(default);
            for (var n = 0; n < Runs; n++)
                await ChangeAsync(lode, connection.Catalogue, n, random);
        }
        var before = await AnswersAsync(lode);
        Assert.Contains(before, a => a.Contains("\"run_id\"", StringComparison.Ordinal));
        Assert.Equal(Runs, await RebuildAsync(lode));
        Assert.Equal(before, await AnswersAsync(lode));
        foreach (var file in folder.FilesBelow(".", "catalogue.db*"))
            File.Delete(file);
        await using (var connection = Open(lode))
            await connection.File.BringUpAsync(default);
        Assert.Equal(before, await AnswersAsync(lode));
    }

    [Fact]
    public async Task A_rebuild_that_is_stopped_leaves_the_catalogue_as_it_was_and_can_be_run_again()
    {
        var random = new Random(Seeds.Next(output));
        await using var lode = await folder.OpenAsync();
        await using (var connection = Open(lode))
        {
            await connection.File.BringUpAsync(default);
            for (var n = 0; n < Runs; n++)
                await ChangeAsync(lode, connection.Catalogue, n, random);
        }
        var before = await AnswersAsync(lode);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RebuildAsync(lode, _ => stop.Cancel(), stop.Token)
        );
        Assert.Equal(before, await AnswersAsync(lode));
        Assert.Equal(Runs, await RebuildAsync(lode));
        Assert.Equal(before, await AnswersAsync(lode));
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_made_anew()
    {
        await using var lode = await folder.OpenAsync();
        await lode.RecordStateAsync(LodeFolder.Run(), default);
        await File.WriteAllTextAsync(Path, new string('x', 10_000));
        await using var connection = Open(lode);
        await connection.File.BringUpAsync(default);
        Assert.Equal(1, await connection.Catalogue.CountAsync(default));
    }

    [Fact]
    public async Task Other_writers_of_a_storage_are_known_while_they_live()
    {
        await using var lode = await folder.OpenAsync();
        Assert.Empty(lode.OtherWriters());
        await using (await folder.OpenAsync())
            Assert.Single(lode.OtherWriters());
        Assert.Empty(lode.OtherWriters());
    }

    private CatalogueConnection Open(LodeStore lode) => new(Path, () => lode.Reader, NullLoggerFactory.Instance);

    private Task<long> RebuildAsync(
        LodeStore lode,
        Action<long>? onProgress = null,
        CancellationToken cancellation = default
    ) =>
        CatalogueFile.RebuildAsync(
            folder.Root,
            lode.Reader,
            onProgress ?? (_ => { }),
            NullLoggerFactory.Instance,
            cancellation
        );

    /// <summary>A run changes its state a few times; the log knows of each change before the catalogue does.</summary>
    private static async Task ChangeAsync(LodeStore lode, RunCatalogue catalogue, int number, Random random)
    {
        var run = LodeFolder.Run($"run-{number:d4}", source: $"s{random.Next(3)}") with
        {
            State = RunState.Queued,
            Category = $"c{random.Next(2)}",
            Policy = new() { Name = (PolicyName)random.Next(3) },
            QueuedAt = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(random.Next(50)),
            JobId = random.Next(2) == 0 ? $"job-{random.Next(5)}" : null,
            Labels = new Dictionary<string, string> { ["team"] = $"t{random.Next(2)}" },
        };
        for (var left = random.Next(4); left >= 0; left--)
        {
            await lode.RecordStateAsync(run, default);
            await catalogue.ProjectAsync(run);
            run =
                left == 1
                    ? LodeFolder.Done(run, 5) with
                    {
                        Message = "it %_' broke",
                    }
                    : run with
                    {
                        State = RunState.Running,
                    };
        }
    }

    private async Task<List<string>> AnswersAsync(LodeStore lode)
    {
        RunQuery[] questions =
        [
            new() { Limit = 7 },
            new() { State = RunState.Done },
            new() { Outcome = RunOutcome.ScriptError, Source = "s1" },
            new() { Category = "c1", Policy = PolicyName.Buffered },
            new() { JobId = "job-3" },
            new() { Label = "team=t1", Limit = 11 },
            new() { Text = "%_' b" },
            new() { Since = DateTimeOffset.UnixEpoch.AddDays(20_000).AddSeconds(25), Script = "script" },
        ];
        var answers = new List<string>();
        await using var connection = Open(lode);
        foreach (var question in questions)
        {
            for (string? cursor = null; ; )
            {
                var page = await connection.Catalogue.SearchAsync(question with { Cursor = cursor }, default);
                answers.AddRange(page.Items.Select(run => JsonSerializer.Serialize(run, QuarryJson.Compact)));
                if ((cursor = page.NextCursor) is null)
                    break;
            }
            answers.Add("-");
        }
        return answers;
    }
}
