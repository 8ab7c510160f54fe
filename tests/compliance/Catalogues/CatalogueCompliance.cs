using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Catalogue;
using Quarry.Catalogue.Places;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Tests.Unit;
using Quarry.Tests.Unit.Lode;

namespace Quarry.Tests.Compliance.Catalogues;

/// <summary>
/// What every catalogue does, wherever it lies. It is a projection: deleted and built again it answers the same
/// (CONTRACT_LODE rule 29).
/// </summary>
public abstract partial class CatalogueCompliance(ITestOutputHelper output) : IAsyncLifetime
{
    private const int Runs = 120;
    private const int SettledRuns = 6;
    private readonly LodeFolder folder = new();
    private CataloguePlace place = null!;

    /// <summary>Folder of the storage.</summary>
    private protected string Root => folder.Root;

    private protected CataloguePlace Place => place;

    public async ValueTask InitializeAsync() => place = await NewPlaceAsync();

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>A place where no catalogue is.</summary>
    private protected abstract Task<CataloguePlace> NewPlaceAsync();

    /// <summary>Takes the catalogue away, as an accident would.</summary>
    private protected abstract Task DestroyAsync();

    /// <summary>Leaves something in the catalogue's place that is none any more.</summary>
    private protected abstract Task DamageAsync();

    [Fact]
    public async Task Built_again_from_the_log_it_answers_every_question_as_before()
    {
        var random = new Random(Seeds.Next(output));
        await using var lode = await folder.OpenAsync();
        await WriteAsync(lode, random);
        var before = await AnswersAsync(lode);
        Assert.Contains(before, a => a.Contains("\"run_id\"", StringComparison.Ordinal));
        Assert.Contains(before, a => a.Contains("\"fill_rate\"", StringComparison.Ordinal));
        Assert.Contains(before, a => a.Contains("\"held_events\"", StringComparison.Ordinal));
        Assert.Equal(Runs + SettledRuns, await RebuildAsync(lode));
        Assert.Equal(before, await AnswersAsync(lode));
        await DestroyAsync();
        await using (var connection = Open(lode))
            await connection.Upkeep.BringUpAsync(default);
        Assert.Equal(before, await AnswersAsync(lode));
    }

    [Fact]
    public async Task A_rebuild_that_is_stopped_leaves_the_catalogue_as_it_was_and_can_be_run_again()
    {
        var random = new Random(Seeds.Next(output));
        await using var lode = await folder.OpenAsync();
        await WriteAsync(lode, random);
        var before = await AnswersAsync(lode);
        using var stop = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            RebuildAsync(lode, _ => stop.Cancel(), stop.Token)
        );
        Assert.Equal(before, await AnswersAsync(lode));
        Assert.Equal(Runs + SettledRuns, await RebuildAsync(lode));
        Assert.Equal(before, await AnswersAsync(lode));
    }

    [Fact]
    public async Task What_is_no_catalogue_any_more_is_made_anew()
    {
        await using var lode = await folder.OpenAsync();
        await lode.RecordStateAsync(LodeFolder.Run(), default);
        await using (var connection = Open(lode))
            await connection.Upkeep.BringUpAsync(default);
        await DamageAsync();
        await using (var connection = Open(lode))
        {
            await connection.Upkeep.BringUpAsync(default);
            Assert.Equal(1, await connection.Catalogue.CountAsync(default));
        }
    }

    [Fact]
    public async Task A_text_is_found_wherever_it_stands_however_rare_or_short_it_is_and_as_it_is_written()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        for (var n = 0; n < 5; n++)
            await connection.Catalogue.ProjectAsync(
                LodeFolder.Run($"run-{n}", source: $"shop{n}") with
                {
                    JobId = n == 3 ? "Ünïcode-🚀-job" : null,
                    Message = n == 2 ? "100% of \"it\" a_b\0c" : null,
                }
            );
        await connection.Catalogue.ProjectAsync(LodeFolder.Done(LodeFolder.Run("run-4", source: "shop4"), 1));
        var found = new List<string>();
        foreach (
            var text in (string[])["p3", "shop3", "SHOP3", "🚀-j", "0% of \"i", "a_b", "axb", "run-4", "script", "'"]
        )
        {
            var page = await connection.Catalogue.SearchAsync(new() { Text = text }, default);
            found.Add($"{text}: {string.Join(' ', page.Items.Select(r => r.RunId[^1]))}");
        }
        Assert.Equal(
            [
                "p3: 3",
                "shop3: 3",
                "SHOP3: ",
                "🚀-j: 3",
                "0% of \"i: 2",
                "a_b: 2",
                "axb: ",
                "run-4: 4",
                "script: 4 3 2 1 0",
                "': ",
            ],
            found
        );
    }

    [Fact]
    public async Task Writers_that_take_over_the_same_runs_at_once_leave_each_once()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        await using var other = Open(lode);
        await Task.WhenAll(
            new[] { connection, other }.Select(one =>
                Task.Run(async () =>
                {
                    for (var n = 0; n < 40; n++)
                        await one.Catalogue.ProjectAsync(LodeFolder.Run($"run-{n:d2}"));
                })
            )
        );
        Assert.False(connection.Catalogue.IsBehind || other.Catalogue.IsBehind);
        Assert.Equal(40, await connection.Catalogue.CountAsync(default));
    }

    [Fact]
    public async Task A_deleted_run_is_listed_as_deleted_and_has_no_figures_any_more()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        var run = await SettleAsync(lode, connection.Catalogue, 0);
        Assert.NotNull(await connection.Catalogue.FieldsAsync(run.RunId, default));
        var deletion = new Quarry.Lode.Maintenance.RunDeletion(lode.Objects, TimeProvider.System);
        await connection.Catalogue.ProjectAsync(await deletion.DeleteAsync(run, "a test", default), RunFigures.None);
        Assert.Null(await connection.Catalogue.FieldsAsync(run.RunId, default));
        Assert.Empty(await connection.Catalogue.SamplesAsync(run.RunId, default));
        Assert.Equal("a test", (await connection.Catalogue.FindAsync(run.RunId, default))!.Deleted!.By);
    }

    private CatalogueConnection Open(LodeStore lode) => new(place, () => lode.Reader, NullLoggerFactory.Instance);

    private Task<long> RebuildAsync(
        LodeStore lode,
        Action<long>? onProgress = null,
        CancellationToken cancellation = default
    ) =>
        CatalogueUpkeep.RebuildAsync(
            place,
            lode.Reader,
            onProgress ?? (_ => { }),
            NullLoggerFactory.Instance,
            cancellation
        );

    private async Task WriteAsync(LodeStore lode, Random random)
    {
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        for (var n = 0; n < Runs; n++)
            await ChangeAsync(lode, connection.Catalogue, n, random);
        for (var n = 0; n < SettledRuns; n++)
            _ = await SettleAsync(lode, connection.Catalogue, n);
    }

    /// <summary>A run with items and samples is written, settled, and taken over with its figures.</summary>
    private static async Task<RunRecord> SettleAsync(LodeStore lode, RunCatalogue catalogue, int number)
    {
        var run = LodeFolder.Run($"settled-{number}") with { Category = $"c{number % 2}" };
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        var items = LodeFolder.Seqs(1, 3).Select(seq => Frames.Event(seq, "item", Item(number, seq), run.RunId));
        Assert.True((await appender.AppendAsync(LodeFolder.Batch(1, [.. items]), default)).IsDurable);
        var final = LodeFolder.Done(run, 3);
        RunSample[] samples =
        [
            new()
            {
                At = DateTimeOffset.UnixEpoch,
                Received = 3,
                HeldEvents = number,
            },
            new() { At = DateTimeOffset.UnixEpoch.AddSeconds(5), Persisted = 3 },
        ];
        Assert.True((await appender.CloseAsync(final, samples, default)).IsDurable);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        var stored = (await lode.Reader.FindRunAsync(run.RunId, default))!;
        await catalogue.ProjectAsync(stored, await RunFigures.ReadAsync(lode.Reader, stored, default));
        return stored;
    }

    private static Dictionary<string, object> Item(int number, long seq) =>
        new()
        {
            ["item_type"] = seq == 2 ? "offer" : "book",
            ["data"] = new Dictionary<string, object> { ["price"] = seq * number, ["title"] = $"t{seq}" },
        };

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
            new() { Text = "cri" },
            new() { Text = "run-0041" },
            new()
            {
                Label = "team=t0",
                State = RunState.Done,
                Source = "s2",
                Limit = 3,
            },
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
        answers.AddRange(await FiguresAsync(connection.Catalogue));
        return answers;
    }

    private static async Task<List<string>> FiguresAsync(RunCatalogue catalogue)
    {
        var answers = new List<string>();
        for (var n = 0; n < SettledRuns; n++)
        {
            Add(await catalogue.FieldsAsync($"settled-{n}", default));
            Add(await catalogue.SamplesAsync($"settled-{n}", default));
        }
        Add(await catalogue.FieldsAsync("src", null, null, 4, default));
        Add(await catalogue.FieldsAsync("src", "c1", null, 50, default));
        Add(await catalogue.FieldsAsync("src", null, "offer", 50, default));
        Add(await catalogue.FieldsAsync("s1", null, null, 50, default));
        foreach (var by in Enum.GetValues<StatisticsBy>())
            Add(await catalogue.StatisticsAsync(new(by, DateTimeOffset.UnixEpoch, null, null, null, 50), default));
        Add(await catalogue.DatasetsAsync(default));
        Add(await catalogue.PartitionsAsync(new("quarry", null, null, null, 50), default));
        Add(await catalogue.SchemaAsync("quarry", null, default));
        Add(await catalogue.JobAsync("job-3", new(50), default));
        return answers;

        void Add<T>(T answer) => answers.Add(JsonSerializer.Serialize(answer, QuarryJson.Compact));
    }
}
