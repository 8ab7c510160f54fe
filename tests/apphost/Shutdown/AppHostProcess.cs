using System.Diagnostics;
using System.Text;
using Quarry.AppHost.Local.Processes;

namespace Quarry.Tests.AppHost.Shutdown;

/// <summary>AppHost as people start it: a process of its own, with data and secrets of its own.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(180);

    private readonly Process process;
    private readonly StringBuilder error = new();
    private readonly TaskCompletionSource<string> address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AppHostProcess(ProcessStartInfo start, ProcessTag tag, TemporaryFolder folder)
    {
        Tag = tag;
        Folder = folder;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, e) => Took(e.Data);
        process.ErrorDataReceived += (_, e) => error.AppendLine(e.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public ProcessTag Tag { get; }

    public TemporaryFolder Folder { get; }

    public int Pid => process.Id;

    public List<string> OutputLines { get; } = [];

    public string Error => error.ToString();

    private static string Built => typeof(Projects.Quarry_AppHost).Assembly.Location;

    /// <summary>Starts the built AppHost itself.</summary>
    public static AppHostProcess Start(params string[] args) => Start(_ => { }, args);

    /// <summary>Starts the built AppHost itself, after its folder was prepared.</summary>
    public static AppHostProcess Start(Action<string> prepare, params string[] args)
    {
        var folder = new TemporaryFolder();
        prepare(folder.Path);
        return Launch("dotnet", [Built, .. OwnArguments(folder), .. args], folder);
    }

    /// <summary>Starts the built AppHost itself, with variables of its own.</summary>
    public static AppHostProcess StartWith(IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var folder = new TemporaryFolder();
        return Launch("dotnet", [Built, .. OwnArguments(folder), .. args], folder, variables: variables);
    }

    /// <summary>Starts it as <c>dotnet run</c> does.</summary>
    public static AppHostProcess StartByDotnetRun()
    {
        var folder = new TemporaryFolder();
        string[] run =
        [
            "run",
            "--no-build",
            "--project",
            new Projects.Quarry_AppHost().ProjectPath,
            "-p:UseAspire=false",
            "--",
        ];
        return Launch("dotnet", [.. run, .. OwnArguments(folder)], folder);
    }

    /// <summary>Starts it in a terminal, whose keys <see cref="Write"/> presses.</summary>
    public static AppHostProcess StartInTerminal()
    {
        var folder = new TemporaryFolder();
        var command = $"exec dotnet {Built} {string.Join(' ', OwnArguments(folder))}";
        return Launch("script", ["--quiet", "--return", "--command", command, "/dev/null"], folder);
    }

    /// <summary>Starts another one with the data of this one.</summary>
    public AppHostProcess StartAnother() =>
        Launch("dotnet", [Built, .. OwnArguments(Folder)], Folder, new ProcessTag(dataFolder: null));

    /// <summary>The line with the dashboard's address; fails when AppHost ends before it printed it.</summary>
    public async Task<string> AddressAsync()
    {
        var ended = process.WaitForExitAsync();
        await Task.WhenAny(address.Task, ended).WaitAsync(Patience);
        Assert.True(
            address.Task.IsCompleted,
            $"AppHost ended without an address.\n{Error}\n{string.Join('\n', OutputLines)}"
        );
        return await address.Task;
    }

    /// <summary>One message, no stack trace, and nothing runs any more.</summary>
    public void AssertSaidOnce()
    {
        _ = Assert.Single(Error.Split('\n'), l => l.StartsWith("quarry: error: ", StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", Error);
        Assert.DoesNotContain("fail: ", Error);
        Assert.Empty(Tag.Alive());
    }

    public void Signal(int signal) => Signals.Send(Pid, signal);

    /// <summary>Waits for the end; the exit code.</summary>
    public async Task<int> EndAsync()
    {
        await process.WaitForExitAsync().WaitAsync(Patience);
        return process.ExitCode;
    }

    public void Write(string text)
    {
        process.StandardInput.Write(text);
        process.StandardInput.Flush();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        foreach (var line in Tag.Alive())
            Signals.Send(int.Parse(line[..line.IndexOf(' ')]), Signals.Kill);
        process.Dispose();
        Folder.Dispose();
    }

    private static string[] OwnArguments(TemporaryFolder folder) => ["--port", "0", "--data", folder.Path];

    private static AppHostProcess Launch(
        string program,
        string[] arguments,
        TemporaryFolder folder,
        ProcessTag? tag = null,
        IReadOnlyDictionary<string, string>? variables = null
    )
    {
        tag ??= new ProcessTag(folder.Path);
        // A shell starts what it runs in the background with SIGINT ignored: these tests may be run so, what they start not.
        var start = new ProcessStartInfo("env", ["--default-signal=INT", program, .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.Path,
        };
        start.Environment[ProcessTag.Variable] = tag.Value;
        // Where user secrets are looked for first.
        start.Environment["APPDATA"] = folder.Path;
        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        return new(start, tag, folder);
    }

    private void Took(string? line)
    {
        if (line is null)
            return;
        OutputLines.Add(line);
        if (line.Contains("quarry: api ", StringComparison.Ordinal))
            address.TrySetResult(OutputLines[^2].Trim());
    }
}
