using Quarry.Lode;

namespace Quarry.LodeWriter.Queries;

/// <summary>How many SQL queries run at once: each may take the memory that one query may have.</summary>
internal sealed class QueryGate(LodeOptions options) : IDisposable
{
    private readonly SemaphoreSlim free = new(options.QueriesAtOnceMax);

    /// <summary>A place, until it is disposed; null when all are taken.</summary>
    public IDisposable? TryEnter() => free.Wait(0) ? new Place(free) : null;

    /// <inheritdoc/>
    public void Dispose() => free.Dispose();

    private sealed class Place(SemaphoreSlim free) : IDisposable
    {
        public void Dispose() => _ = free.Release();
    }
}
