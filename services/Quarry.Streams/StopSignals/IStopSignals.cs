namespace Quarry.Streams.StopSignals;

/// <summary>
/// Requests to end runs, for whichever runner has them. A request reaches listeners at once, and is kept so that a
/// runner
/// that was not listening at that moment finds it.
/// </summary>
public interface IStopSignals
{
    /// <summary>Asks the holder of a run to end it.</summary>
    Task SendAsync(StopSignal signal, CancellationToken cancellation);

    /// <summary>Requests that were made for these runs.</summary>
    Task<IReadOnlyList<StopSignal>> PendingAsync(IReadOnlyList<string> runIds, CancellationToken cancellation);

    /// <summary>
    /// Hands requests over as they come, until canceled; the returned task ends when listening has begun.
    /// </summary>
    Task ListenAsync(Action<StopSignal> onSignal, CancellationToken cancellation);
}

/// <summary>A request to end a run.</summary>
/// <param name="RunId">The run.</param>
/// <param name="IsKill">True to kill its processes, false to let its script clean up.</param>
/// <param name="Reason">Who or what asked; the run's message.</param>
public sealed record StopSignal(string RunId, bool IsKill, string Reason)
{
    /// <summary>How long a request is kept.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromHours(1);
}
