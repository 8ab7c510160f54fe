using System.Diagnostics;

namespace Quarry.Tests.Faults;

/// <summary>A real Lode writer as a process of its own, on ports the system chose, that can be killed.</summary>
internal sealed class LodeWriterProcess : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private readonly Process process;
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> lines = [];
    private readonly List<string> addresses = [];
    private readonly List<(string Text, TaskCompletionSource Said)> awaited = [];

    private LodeWriterProcess(Process process)
    {
        this.process = process;
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Http => new(addresses[0]);

    public Uri Grpc => new(addresses[1]);

    public string Output
    {
        get
        {
            lock (lines)
                return string.Join('\n', lines);
        }
    }

    public static async Task<LodeWriterProcess> StartAsync(
        string root,
        IReadOnlyDictionary<string, string>? settings = null,
        params string[] wrapper
    )
    {
        string[] command = [.. wrapper, "dotnet", Path.Combine(AppContext.BaseDirectory, "Quarry.LodeWriter.dll")];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = AppContext.BaseDirectory,
            UseShellExecute = false,
        };
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["QUARRY_GRPC_PORT"] = "0";
        start.Environment["Lode__Root"] = root;
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        var writer = new LodeWriterProcess(Process.Start(start)!);
        var ended = writer.process.WaitForExitAsync();
        if (await Task.WhenAny(writer.ready.Task, ended) == ended)
            throw new InvalidOperationException(
                $"the Lode writer ended with {writer.process.ExitCode}:\n{writer.Output}"
            );
        return writer;
    }

    /// <summary>Waits until the process has logged a text.</summary>
    public Task SaysAsync(string text)
    {
        lock (lines)
        {
            if (lines.Exists(l => l.Contains(text, StringComparison.Ordinal)))
                return Task.CompletedTask;
            var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            awaited.Add((text, said));
            return said.Task;
        }
    }

    /// <summary>Waits for the end of the process; its exit code.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync();
        return process.ExitCode;
    }

    /// <summary>Lets a process go on that was stopped by SIGSTOP.</summary>
    public async Task ContinueAsync()
    {
        using var signal = Process.Start("kill", ["-CONT", process.Id.ToString()]);
        await signal.WaitForExitAsync();
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
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString()]);
        await process.WaitForExitAsync();
        return process.ExitCode;
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
        {
            lines.Add(line);
            foreach (var (_, said) in awaited.Where(a => line.Contains(a.Text, StringComparison.Ordinal)))
                _ = said.TrySetResult();
        }
        var at = line.IndexOf(Listening, StringComparison.Ordinal);
        if (at >= 0)
            addresses.Add(line[(at + Listening.Length)..]);
        if (line.Contains("Application started", StringComparison.Ordinal))
            _ = ready.TrySetResult();
    }
}
