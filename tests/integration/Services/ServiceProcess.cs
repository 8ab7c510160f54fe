using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// A service as a process of its own, on ports the system chose, that can be killed, frozen and stopped.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private const string Started = "Application started";
    private readonly Process process;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> lines = [];

    private ServiceProcess(Process process)
    {
        this.process = process;
        Pid = process.Id;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Id of the process.</summary>
    public int Pid { get; }

    /// <summary>Where it listens.</summary>
    public List<Uri> Addresses { get; } = [];

    /// <summary>What it printed so far.</summary>
    public string Output
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    /// <summary>Starts a service of this checkout by its project's name and waits until it listens.</summary>
    public static async Task<ServiceProcess> StartAsync(string project, IReadOnlyDictionary<string, string> settings)
    {
        var folder = Path.Combine(Checkout.Root, "services", project, "bin", Checkout.Configuration, "net10.0");
        var start = new ProcessStartInfo("dotnet", Path.Combine(folder, $"{project}.dll"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings)
            start.Environment[name] = value;
        var service = new ServiceProcess(Process.Start(start)!);
        var ended = service.process.WaitForExitAsync();
        if (await Task.WhenAny(service.ready.Task, ended) == ended)
            throw new InvalidOperationException($"{project} ended with {service.process.ExitCode}:\n{service.Output}");
        return service;
    }

    /// <summary>SIGKILL: no handler runs, nothing is flushed.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>SIGTERM, and the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Waits until it has ended by itself; its exit code.</summary>
    public async Task<int> EndedAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Sends a signal by its name.</summary>
    public async Task SignalAsync(string name)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{process.Id}"]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            await KillAsync();
        process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
            return;
        lock (lines)
            lines.Add(line);
        var at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
            Addresses.Add(new(line[(at + Listening.Length)..]));
        if (line.Contains(Started, StringComparison.Ordinal))
            _ = ready.TrySetResult();
    }
}
