using System.Diagnostics;

namespace Quarry.Runtime.Executors;

/// <summary>How an executor ended.</summary>
/// <param name="Code">Exit code; null when a signal ended it.</param>
/// <param name="Signal">The signal; null when it exited.</param>
internal sealed record ExecutorExit(int? Code, int? Signal);

/// <summary>
/// One executor in a session of its own, so that it and its browser end together. Its standard input is its lifeline:
/// when that closes, it ends by itself, also when this process is killed.
/// </summary>
internal sealed class ExecutorProcess : IAsyncDisposable
{
    private const int SignalExitBase = 128;
    private readonly Process process;
    private readonly string execution;

    /// <summary>
    /// The tag is in the environment of this executor and of all that it starts, and nowhere else: a run of the same id in
    /// another storage is not ours.
    /// </summary>
    private readonly ProcessMark mark;

    private ExecutorProcess(Process process, string execution)
    {
        this.process = process;
        this.execution = execution;
        var tag = $"{ExecutorEnvironment.ExecutionVariable}={execution}";
        mark = new(process.Id, tag, ProcessTable.Find(process.Id)?.StartedTicks ?? 0);
        Exited = WaitAsync();
    }

    public int Pid => process.Id;

    public Stream Input => process.StandardInput.BaseStream;

    public Stream Output => process.StandardOutput.BaseStream;

    public Stream Error => process.StandardError.BaseStream;

    /// <summary>Ends with the process.</summary>
    public Task<ExecutorExit> Exited { get; }

    /// <summary>Starts the command in a new session, for a run or for the process that owns it.</summary>
    /// <exception cref="ExecutorNotFoundException">The program cannot be started.</exception>
    public static ExecutorProcess Start(ExecutorCommand command, string owner, ExecutorOptions options)
    {
        var start = new ProcessStartInfo("setsid")
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(command.Program);
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        var id = Guid.NewGuid().ToString("n");
        ExecutorEnvironment.Apply(start.Environment, owner, id, options.PassEnvironment);
        try
        {
            return new(Orphans.Start(() => Process.Start(start)!, started => started.Id), id);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new ExecutorNotFoundException(
                $"'setsid {command.Program}' cannot be started: {e.Message}. setsid comes with util-linux.",
                e
            );
        }
    }

    /// <summary>Kills the executor and everything it started.</summary>
    public void Kill() => _ = StrayProcesses.Kill(mark);

    /// <summary>Memory that it and everything it started use, in bytes.</summary>
    public long MemoryBytes() => ProcessMemory.BytesOf(StrayProcesses.Find(mark));

    /// <summary>
    /// Makes sure that no process of the run is left, and no browser profile; false when one would not die in time. An
    /// executor that serves on stays.
    /// </summary>
    public async Task<bool> ReapAsync(bool isServingOn, TimeSpan within, TimeProvider clock)
    {
        int? spared = isServingOn ? Pid : null;
        var isReaped = await StrayProcesses.ReapAsync(mark, spared, within, clock);
        LeftProfiles.RemoveOfExecution(execution);
        return isReaped;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!Exited.IsCompleted)
            Kill();
        _ = await Exited;
        process.Dispose();
    }

    private async Task<ExecutorExit> WaitAsync()
    {
        await process.WaitForExitAsync();
        Orphans.Ended(process.Id);
        var code = process.ExitCode;
        var isSignal = !OperatingSystem.IsWindows() && code > SignalExitBase;
        return isSignal ? new(null, code - SignalExitBase) : new(code, null);
    }
}
