using System.Collections.Concurrent;

namespace Quarry.LodeWriter.Settling;

/// <summary>Runs that are being settled or deleted: of the two only one goes on with a run.</summary>
internal sealed class RunClaims
{
    private readonly ConcurrentDictionary<string, bool> claimed = new(StringComparer.Ordinal);

    /// <summary>The run, until it is disposed; null when somebody else has it.</summary>
    public IDisposable? TryClaim(string runId) => claimed.TryAdd(runId, true) ? new Claim(claimed, runId) : null;

    private sealed class Claim(ConcurrentDictionary<string, bool> claimed, string runId) : IDisposable
    {
        public void Dispose() => _ = claimed.TryRemove(runId, out _);
    }
}
