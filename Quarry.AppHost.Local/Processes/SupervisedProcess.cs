using System.ComponentModel;
using System.Diagnostics;
using Aspire.Hosting;

namespace Quarry.AppHost.Local.Processes;

/// <summary>One process of a resource: started, read, and ended with everything in its group.</summary>
internal sealed class SupervisedProcess : IDisposable
{
    private readonly Process process;

    private SupervisedProcess(Process process, OutputRing output)
    {
        this.process = process;
        Pid = process.Id;
        Exited = RunAsync(output);
    }

    /// <summary>Process id, and on Linux the id of its session and group.</summary>
    public int Pid { get; }

    /// <summary>Ends with the process, when its output is read; the exit code.</summary>
    public Task<int> Exited { get; }

    /// <summary>Starts a process.</summary>
    /// <exception cref="DistributedApplicationException">The program cannot be started.</exception>
    public static async Task<SupervisedProcess> StartAsync(ProcessDescription description, OutputRing output)
    {
        var started = await SpawnerThread.RunAsync(() => Start(description));
        var supervised = new SupervisedProcess(started, output);
        await supervised.WriteInputAsync(description.Input);
        return supervised;
    }

    /// <summary>Asks the process to end, waits, then kills what is left of its group.</summary>
    /// <param name="grace">How long it may take.</param>
    /// <param name="clock">Measures it.</param>
    /// <returns>False when it had to be killed.</returns>
    public async Task<bool> StopAsync(TimeSpan grace, TimeProvider clock)
    {
        if (Exited.IsCompleted)
            return true;
        if (OperatingSystem.IsWindows() || !Signals.Send(Pid, Signals.Terminate))
            return await KillAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(grace, clock);
            KillGroup();
            await Exited;
            return true;
        }
        catch (TimeoutException)
        {
            return await KillAsync();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => process.Dispose();

    private static Process Start(ProcessDescription description)
    {
        try
        {
            return Process.Start(SpawnCommand.For(description))!;
        }
        catch (Win32Exception e)
        {
            throw new DistributedApplicationException(
                $"'{description.Program}' cannot be started in {description.WorkingDirectory}: {e.Message}."
            );
        }
    }

    private async Task<bool> KillAsync()
    {
        KillGroup();
        process.Kill(entireProcessTree: true);
        await Exited;
        return false;
    }

    // Somebody of the group may outlive the process that leads it: npm's scripts, for example.
    private void KillGroup()
    {
        if (SpawnCommand.EndsWithParent)
            _ = Signals.SendToGroup(Pid, Signals.Kill);
    }

    private async Task<int> RunAsync(OutputRing output)
    {
        var readers = Task.WhenAll(
            LineReader.ReadAsync(process.StandardOutput, l => output.Add(l, isError: false)),
            LineReader.ReadAsync(process.StandardError, l => output.Add(l, isError: true))
        );
        await process.WaitForExitAsync();
        // A grandchild that left the group may hold the pipes open for ever; what the process wrote is read long before.
        await Task.WhenAny(readers, Task.Delay(TimeSpan.FromSeconds(2), TimeProvider.System));
        return process.ExitCode;
    }

    private async Task WriteInputAsync(string? input)
    {
        try
        {
            if (input is not null)
                await process.StandardInput.WriteAsync(input);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It ended before it read: its exit code and its output say why.
        }
    }
}
