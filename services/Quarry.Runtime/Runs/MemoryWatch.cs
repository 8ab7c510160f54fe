using System.Globalization;
using System.Text;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;

namespace Quarry.Runtime.Runs;

/// <summary>
/// Watches the memory of a run's processes, executor and browser together. Pages that processes share are counted in
/// parts (PSS), so that a browser of many processes is not counted many times. Needs Linux's /proc.
/// </summary>
internal sealed class MemoryWatch : IAsyncDisposable
{
    private const long BytesPerMb = 1024 * 1024;
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly CancellationTokenSource over = new();
    private readonly Task watching;

    public MemoryWatch(ExecutorProcess process, RunRecord run, RunControl control, TimeProvider clock) =>
        watching = run.Limits.MemoryMb > 0 ? WatchAsync(process, run, control, clock) : Task.CompletedTask;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await over.CancelAsync();
        await watching;
        over.Dispose();
    }

    private async Task WatchAsync(ExecutorProcess process, RunRecord run, RunControl control, TimeProvider clock)
    {
        using var timer = new PeriodicTimer(LookEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(over.Token))
            {
                var usedMb = StrayProcesses.Find(process.Pid, process.Tag).Sum(BytesOf) / BytesPerMb;
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

    private static long BytesOf(int pid)
    {
        const string field = "Pss:";
        const long bytesPerKb = 1024;
        var text = StrayProcesses.TryRead($"/proc/{pid}/smaps_rollup") is { } rollup
            ? Encoding.ASCII.GetString(rollup)
            : "";
        var at = text.IndexOf(field, StringComparison.Ordinal);
        if (at < 0)
            return 0;
        var number = text.AsSpan(at + field.Length).TrimStart();
        return long.Parse(number[..number.IndexOf(' ')], CultureInfo.InvariantCulture) * bytesPerKb;
    }
}
