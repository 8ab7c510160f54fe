using System.Globalization;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Runs;

/// <summary>
/// Watches the memory of a run's processes, executor and browser together.
/// </summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private const long BytesPerMb = 1024 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource over = new();
    private readonly Task watching;

    public MemoryWatch(Func<long> usedBytes, RunRecord run, RunControl control, TimeProvider clock) =>
        watching = run.Limits.MemoryMb > 0 ? WatchAsync(usedBytes, run, control, clock) : Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await watching;
        over.Dispose();
    }

    private async Task WatchAsync(Func<long> usedBytes, RunRecord run, RunControl control, TimeProvider clock)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(over.Token))
            {
                var usedMb = usedBytes() / BytesPerMb;
                if (usedMb > run.Limits.MemoryMb)
                    control.EndForMemory(Message(usedMb, run.Limits.MemoryMb));
            }
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private static string Message(long usedMb, long limitMb) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"Executor and browser used {usedMb:N0} MiB of memory, limit {limitMb:N0} MiB, and were ended. "
                + $"Raise limits.memory_mb, close pages that are done, or split the job."
        );
}
