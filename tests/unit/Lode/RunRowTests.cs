using System.Text.Json;
using ParquetSharp;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

/// <summary>Rows of no event: what is known of a run as a whole (LODE-8).</summary>
public sealed class RunRowTests : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private static readonly RunSample[] Samples =
    [
        new()
        {
            At = At,
            Received = 8,
            Persisted = 5,
            Dropped = 2,
            HeldEvents = 1,
            OldestMs = 12,
        },
        new()
        {
            At = At.AddSeconds(5),
            Received = 8,
            Persisted = 6,
            Dropped = 2,
        },
    ];

    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Record_ledger_and_samples_become_rows_of_kinds_of_their_own_and_count_as_no_event()
    {
        await using var lode = await folder.OpenAsync();
        var final = await CloseAsync(lode, Samples);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        Assert.Equal(Enumerable.Repeat("event", 6), Column<string>("item", 3));
        Assert.Equal([("drop-2", 0L), ("drop-7", 0L)], Keys("drop"));
        Assert.Equal([("metrics-1", 0L), ("metrics-2", 0L)], Keys("metrics"));
        Assert.Equal([("run", 0L)], Keys("run"));
        Assert.All(["drop", "metrics", "run"], kind => Assert.All(Column<string>(kind, 3), t => Assert.Equal(kind, t)));
        Assert.Equal([At.UtcDateTime, At.UtcDateTime.AddSeconds(5)], Column<DateTime>("metrics", 4));
        Assert.Equal(Samples, Payloads<RunSample>("metrics"));
        Assert.Equal([(2L, 2L), (7L, 7L)], Payloads<DropRange>("drop").Select(d => (d.SeqFirst, d.SeqLast)));
        Assert.Equal(RunOutcome.ScriptError, Assert.Single(Payloads<RunRecord>("run")).Outcome);
        var proof = await LodeFolder.VerifyAsync(lode, final);
        Assert.True(proof is { Complete: true, Settled: true, Stored: 6, Dropped: 2 }, string.Join('\n', proof.Checks));
        Assert.Equal(["item"], proof.ByType.Keys);
        Assert.Equal(Samples, await lode.Reader.SamplesAsync(final, default));
    }

    [Fact]
    public async Task A_run_without_drops_or_samples_has_its_record_only()
    {
        await using var lode = await folder.OpenAsync();
        var final = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        Assert.Empty(Keys("drop"));
        Assert.Empty(Keys("metrics"));
        _ = Assert.Single(Keys("run"));
        Assert.Empty(await lode.Reader.SamplesAsync(final, default));
    }

    [Fact]
    public async Task A_damaged_file_of_rows_of_no_event_is_named()
    {
        await using var lode = await folder.OpenAsync();
        var final = await CloseAsync(lode, Samples);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        await File.AppendAllTextAsync(FileOf("metrics")!, "x");
        var proof = await LodeFolder.VerifyAsync(lode, final);
        Assert.Contains(proof.Checks, c => !c.Ok && c.Detail.Contains("event_type=metrics", StringComparison.Ordinal));
    }

    /// <summary>Eight events, of which the second and the seventh were dropped.</summary>
    private static async Task<RunRecord> CloseAsync(LodeStore lode, IReadOnlyList<RunSample> samples)
    {
        var run = LodeFolder.Run();
        await lode.RecordStateAsync(run, default);
        await using var appender = await lode.OpenAsync(run, 1, default);
        var stored = LodeFolder.Seqs(1, 8).Where(s => s is not (2 or 7));
        var batch = new EventBatch
        {
            FirstSeq = 1,
            LastSeq = 8,
            Count = 6,
            Frames = stored.SelectMany(s => Frames.Event(s)).ToArray(),
            Drops = [new("log", 2, 2, DropReason.BufferFull), new("log", 7, 7, DropReason.BufferFull)],
        };
        Assert.True((await appender.AppendAsync(batch, default)).IsDurable);
        var final = LodeFolder.Done(run, 8);
        Assert.True((await appender.CloseAsync(final, samples, default)).IsDurable);
        return final;
    }

    private List<(string EventId, long Seq)> Keys(string kind) =>
        [.. Column<string>(kind, 2).Zip(Column<long>(kind, 1))];

    private List<T> Payloads<T>(string kind) =>
        [.. Column<string>(kind, 11).Select(p => JsonSerializer.Deserialize<T>(p, QuarryJson.Compact)!)];

    private List<T> Column<T>(string kind, int column)
    {
        if (FileOf(kind) is not { } path)
            return [];
        using var file = new ParquetFileReader(path);
        using var group = file.RowGroup(0);
        return [.. group.Column(column).LogicalReader<T>().ReadAll((int)file.FileMetaData.NumRows)];
    }

    private string? FileOf(string kind) =>
        folder
            .FilesBelow("datasets", "*.parquet")
            .SingleOrDefault(f => f.Contains($"event_type={kind}/", StringComparison.Ordinal));
}
