using Grpc.Core;
using Quarry.Contracts.Lode;
using Quarry.Runner.Telemetry;

namespace Quarry.Runner.RemoteLode;

/// <summary>Tries a call again while the Lode writer is away, with a growing wait, up to a bound or until it is heard.</summary>
internal sealed partial class Reconnect(TimeSpan within, RunnerMeter meter, TimeProvider clock, ILogger logger)
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Calls until it succeeds. With <paramref name="untilHeard"/> there is no bound: for what must be told, however late.
    /// </summary>
    /// <exception cref="LodeException">The writer stayed away for too long, or refused the call.</exception>
    public async Task<T> TryAsync<T>(string what, string address, Func<Task<T>> callAsync, bool untilHeard = false)
    {
        var started = clock.GetTimestamp();
        var wait = FirstWait;
        while (true)
        {
            try
            {
                return await callAsync();
            }
            catch (RpcException e) when (IsAway(e) && (untilHeard || clock.GetElapsedTime(started) < within))
            {
                meter.Retried();
                Log.Away(logger, address, what, e.Status.Detail);
                await Task.Delay(wait, clock);
                wait = wait * 2 < LongestWait ? wait * 2 : LongestWait;
            }
            catch (RpcException e)
            {
                throw new LodeException(
                    $"The Lode writer at {address} did not take {what} within {within.TotalSeconds:0} s: {e.Status.Detail} "
                        + "Check that it runs, and its log: docs/operations/lode-away.md",
                    e
                );
            }
        }
    }

    private static bool IsAway(RpcException e) =>
        e.StatusCode is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Cancelled or StatusCode.Unknown;

    private static partial class Log
    {
        [LoggerMessage(
            3211,
            LogLevel.Warning,
            "The Lode writer at {Address} is away; {What} is tried again: docs/operations/lode-away.md. {Detail}"
        )]
        public static partial void Away(ILogger logger, string address, string what, string detail);
    }
}
