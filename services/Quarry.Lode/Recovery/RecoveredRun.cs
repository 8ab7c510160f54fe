using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode.Appends;
using Quarry.Lode.Commits;
using Quarry.Wire.Frames;

namespace Quarry.Lode.Recovery;

/// <summary>
/// One run of a dead writer while its journal is replayed: rows that no slot covers yet, committed as they come.
/// </summary>
internal sealed class RecoveredRun(
    RunRecord run,
    CommitChain chain,
    Committer committer,
    LodeOptions options,
    TimeProvider clock,
    Func<RecoveredRun, Task> finishedAsync
) : IDisposable
{
    private PendingRows pending = new();
    private (long First, long Last, List<DropRange> Ranges) drops = (0, 0, []);
    private long lastSeq = chain.CommittedSeq;

    public RunRecord Run => run;

    public CommitChain Chain => chain;

    /// <summary>
    /// True when rows could not be committed: records before them are damaged, or another writer has the run meanwhile.
    /// </summary>
    public bool IsCut { get; private set; }

    /// <summary>Drops of the frames record with the same range, which follows.</summary>
    public void Expect(long firstSeq, long lastSeq, List<DropRange> ranges) => drops = (firstSeq, lastSeq, ranges);

    /// <summary>Frames; what was seen or committed before is cut off.</summary>
    public async Task AddAsync(long firstSeq, long seqLast, ReadOnlyMemory<byte> frames)
    {
        var ranges = (drops.First, drops.Last) == (firstSeq, seqLast) ? drops.Ranges : [];
        if (seqLast <= lastSeq || chain.IsClosed || IsCut)
            return;
        if (firstSeq > lastSeq + 1)
        {
            await FlushAsync();
            IsCut = true;
            return;
        }
        var (rest, count) = After(frames, lastSeq);
        pending.Add(
            new()
            {
                FirstSeq = Math.Max(firstSeq, lastSeq + 1),
                LastSeq = seqLast,
                Count = count,
                Frames = rest,
                Drops = DropRanges.After(ranges, lastSeq),
            },
            clock.GetUtcNow()
        );
        lastSeq = seqLast;
        if (pending.Bytes >= options.SlotBytes || pending.Events >= options.SlotEvents)
            await CommitAsync();
    }

    /// <summary>Commits the rest.</summary>
    public async Task FinishAsync()
    {
        await FlushAsync();
        await finishedAsync(this);
    }

    /// <inheritdoc/>
    public void Dispose() => pending.Dispose();

    private async Task FlushAsync()
    {
        if (pending.HasRows && !chain.IsClosed && !IsCut)
            await CommitAsync();
    }

    private async Task CommitAsync()
    {
        IsCut |= !await committer.CommitAsync(chain, Math.Max(chain.Epoch, 1), pending);
        pending.Dispose();
        pending = new();
    }

    private static (ReadOnlyMemory<byte> Frames, int Count) After(ReadOnlyMemory<byte> frames, long seq)
    {
        var skip = 0;
        var count = 0;
        var events = new EventFrames(frames.Span);
        while (events.MoveNext())
        {
            if (events.Current.Seq <= seq)
                skip += events.Frame.Length;
            else
                count++;
        }
        return (frames[skip..], count);
    }
}
