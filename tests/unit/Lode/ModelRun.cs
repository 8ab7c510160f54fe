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
    private long committedElsewhere;

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
        var known = Math.Max(Acknowledged, committedElsewhere);
        Assert.True(appender.DurableSeq >= known, $"{id}: {appender.DurableSeq} of {known} are there");
        Acknowledged = appender.DurableSeq;
        return Appender = appender;
    }

    /// <summary>Appends events; an artifact's event goes by itself, behind its bytes.</summary>
    public Task AppendAsync(ILodeAppender appender, long first, int count) =>
        artifacts.ContainsKey(first) && first > appender.DurableSeq
            ? SendArtifactAsync(appender, first)
            : SendAsync(appender, Batch(first, first + count - 1));

    /// <summary>Begins an append that nobody will be told of.</summary>
    public async Task<long> BeginAsync(ILodeAppender appender, int count) =>
        (await appender.AppendAsync(Batch(appender.DurableSeq + 1, appender.DurableSeq + count), default)).DurableSeq;

    public async Task ArtifactAsync(ILodeAppender appender)
    {
        // Another event may have been sent under this seq before: then it is not free for an artifact.
        var seq = appender.DurableSeq + 1;
        if (seq <= sent && !artifacts.ContainsKey(seq))
            return;
        artifacts[seq] = $"a{seq}";
        await SendArtifactAsync(appender, seq);
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

    /// <summary>
    /// The bytes are sent again when their event is: what was taken before is refused, and the event says what came of it.
    /// They are gone only when a writer that was thought dead has committed them; who opens the run next must see that.
    /// </summary>
    private async Task SendArtifactAsync(ILodeAppender appender, long seq)
    {
        var name = artifacts[seq];
        sent = Math.Max(sent, seq);
        _ = await appender.AppendArtifactAsync(new(name, 1, IsLast: true, new byte[] { 1, 2, 3 }), default);
        var batch = LodeFolder.Batch(seq, LodeFolder.ArtifactEvent(seq, name, 3, id));
        var result = await appender.AppendAsync(batch, default);
        if (result.Status != AppendStatus.Malformed)
        {
            Note(appender, result);
            return;
        }
        Assert.Contains("no complete bytes", result.Message, StringComparison.Ordinal);
        Appender = null;
        committedElsewhere = Math.Max(committedElsewhere, seq);
    }

    private async Task SendAsync(ILodeAppender appender, EventBatch batch) =>
        Note(appender, await appender.AppendAsync(batch, default));

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
