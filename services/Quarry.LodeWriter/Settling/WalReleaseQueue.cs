using System.Threading.Channels;

namespace Quarry.LodeWriter.Settling;

/// <summary>Settled runs whose wal waits for the end of its grace, the oldest first. What is lost here is found again.</summary>
internal sealed class WalReleaseQueue
{
    private readonly Channel<string> ids = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    /// <summary>Adds a run; once more is harmless.</summary>
    public void Add(string runId) => _ = ids.Writer.TryWrite(runId);

    /// <summary>Ids as they come.</summary>
    public IAsyncEnumerable<string> TakeAsync(CancellationToken cancellation) => ids.Reader.ReadAllAsync(cancellation);
}
