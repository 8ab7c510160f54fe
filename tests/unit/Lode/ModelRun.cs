using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

/// <summary>A run of the model: every event is a function of its seq, so whoever stores it stores the same.</summary>
internal sealed class ModelRun(string id)
{
    private readonly Dictionary<long, string> artifacts = [];
    private long epoch;
    private long sent;

    public RunRecord Record { get; private set; } = LodeFolder.Run(id);

    /// <summary>Highest seq that some writer said is durable.</summary>
    public long Acknowledged { get; private set; }

    public ILodeAppender? Appender { get; set; }

    /// <summary>Artifacts whose events are acknowledged.</summary>
    public int Artifacts => artifacts.Keys.Count(seq => seq <= Acknowledged);

    public async Task<ILodeAppender> OpenAsync(LodeStore lode)
    {
        Appender = null;
        await lode.RecordStateAsync(Record, default);
        var appender = await lode.OpenAsync(Record, ++epoch, default);
        Assert.True(appender.DurableSeq >= Acknowledged, $"{id}: {appender.DurableSeq} of {Acknowledged} are there");
        Acknowledged = appender.DurableSeq;
        return Appender = appender;
    }

    public async Task AppendAsync(ILodeAppender appender, long first, int count) =>
        Note(appender, await appender.AppendAsync(Batch(first, first + count - 1), default));

    /// <summary>Begins an append that nobody will be told of.</summary>
    public async Task<long> BeginAsync(ILodeAppender appender, int count) =>
        (await appender.AppendAsync(Batch(appender.DurableSeq + 1, appender.DurableSeq + count), default)).DurableSeq;

    public async Task ArtifactAsync(ILodeAppender appender)
    {
        // Another event may have been sent under this seq before: then it is not free for an artifact.
        var seq = appender.DurableSeq + 1;
        if (seq <= sent && !artifacts.ContainsKey(seq))
            return;
        var name = artifacts[seq] = $"a{seq}";
        sent = Math.Max(sent, seq);
        if (!(await appender.AppendArtifactAsync(new(name, 1, IsLast: true, new byte[] { 1, 2, 3 }), default)).Ok)
            return;
        var batch = LodeFolder.Batch(seq, LodeFolder.ArtifactEvent(seq, name, 3, id));
        Note(appender, await appender.AppendAsync(batch, default));
    }

    public async Task<RunRecord> CloseAsync(ILodeAppender appender)
    {
        Record = LodeFolder.Done(Record, Acknowledged);
        Assert.True((await appender.CloseAsync(Record, default)).IsDurable);
        return Record;
    }

    /// <summary>Rows are 1, 2, 3 ... without what is dropped, up to what was acknowledged at least.</summary>
    public void Compare(IReadOnlyList<EventRow> rows, bool isEnd)
    {
        var last = isEnd ? Acknowledged : Math.Max(Acknowledged, rows.Count == 0 ? 0 : rows[^1].Seq);
        Assert.Equal(LodeFolder.Seqs(1, last).Where(seq => !IsDropped(seq)), rows.Select(r => r.Seq));
        foreach (var row in rows)
        {
            Assert.Equal($"e{row.Seq}", row.EventId);
            Assert.Equal(artifacts.ContainsKey(row.Seq) ? "artifact" : "item", row.Type);
            if (row.Type == "item")
                Assert.Equal(row.Seq, row.Payload.GetProperty("data").GetInt64());
        }
    }

    private void Note(ILodeAppender appender, AppendResult result)
    {
        Acknowledged = Math.Max(Acknowledged, result.DurableSeq);
        if (result.Status is AppendStatus.StaleEpoch or AppendStatus.StorageFailed && Appender == appender)
            Appender = null;
        else
            Assert.True(result.Status is not (AppendStatus.Malformed or AppendStatus.Hole), result.Message);
    }

    private bool IsDropped(long seq) => seq % 11 == 7 && !artifacts.ContainsKey(seq);

    private EventBatch Batch(long first, long last)
    {
        // An artifact's event goes with its bytes, by itself.
        last = Math.Min(last, artifacts.Keys.Where(seq => seq >= first).DefaultIfEmpty(long.MaxValue).Min() - 1);
        last = Math.Max(first, last);
        sent = Math.Max(sent, last);
        var seqs = LodeFolder.Seqs(first, last).ToList();
        var stored = seqs.Where(seq => !IsDropped(seq)).Select(Event).ToList();
        return new()
        {
            FirstSeq = first,
            LastSeq = last,
            Count = stored.Count,
            Frames = stored.SelectMany(f => f).ToArray(),
            Drops = [.. seqs.Where(IsDropped).Select(seq => new DropRange("log", seq, seq, DropReason.BufferFull))],
        };
    }

    private byte[] Event(long seq) =>
        artifacts.TryGetValue(seq, out var name)
            ? LodeFolder.ArtifactEvent(seq, name, 3, id)
            : Frames.Event(seq, runId: id);
}
