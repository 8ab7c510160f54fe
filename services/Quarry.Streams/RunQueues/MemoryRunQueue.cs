using System.Globalization;
using System.Threading.Channels;
using Quarry.Contracts.Runs;

namespace Quarry.Streams.RunQueues;

/// <summary>The queue inside one process, for applications without Redis. What waits in it ends with the process.</summary>
public sealed class MemoryRunQueue(int runsMax) : IRunQueue
{
    private readonly Channel<RunRecord> runs = Channel.CreateBounded<RunRecord>(runsMax);
    private long receipts;

    /// <inheritdoc/>
    public string Kind => "memory";

    /// <inheritdoc/>
    public Task<bool> TryEnqueueAsync(RunRecord run, CancellationToken cancellation) =>
        Task.FromResult(runs.Writer.TryWrite(run));

    /// <inheritdoc/>
    public async Task<QueuedRun> ReceiveAsync(CancellationToken cancellation)
    {
        var run = await runs.Reader.ReadAsync(cancellation);
        return new(run, Interlocked.Increment(ref receipts).ToString(CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public Task DoneAsync(QueuedRun run, CancellationToken cancellation) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task<long> CountAsync(CancellationToken cancellation) => Task.FromResult((long)runs.Reader.Count);
}
