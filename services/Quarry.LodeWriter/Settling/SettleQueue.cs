using System.Threading.Channels;

namespace Quarry.LodeWriter.Settling;

/// <summary>Runs that ended and wait to become Parquet. Ids only: what is lost here is found again at start.</summary>
internal sealed class SettleQueue
{
    private readonly Channel<string> ids = Channel.CreateUnbounded<string>(new() { SingleReader = true });

    /// <summary>Adds a run; once more is harmless.</summary>
    public void Add(string runId) => _ = ids.Writer.TryWrite(runId);

    /// <summary>Ids as they come.</summary>
    public IAsyncEnumerable<string> TakeAsync(CancellationToken cancellation) => ids.Reader.ReadAllAsync(cancellation);
}
