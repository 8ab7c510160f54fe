using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary>The command line as a user starts it, with a storage folder of its own.</summary>
internal sealed class QuarryCli(string storageName = "data") : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-test-");

    /// <summary>Variables for what is started from now on.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    public string Folder => folder.FullName;

    public string Storage => Path.Combine(folder.FullName, storageName);

    public string Scratch(string name, string content)
    {
        var path = Path.Combine(folder.FullName, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>Starts it as a terminal does: what is started in the background of a shell would ignore an interrupt.</summary>
    public Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo("/usr/bin/env", ["--default-signal=INT", Checkout.Cli])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder.FullName,
        };
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in Variables)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    public async Task<CliResult> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await output, await error);
    }

    /// <summary>Runs a script into this storage and returns its report.</summary>
    public async Task<JsonElement> RunScriptAsync(string script, string job, params string[] more)
    {
        string[] arguments =
        [
            "run",
            script,
            "--source",
            "test",
            "--storage",
            Storage,
            "--job",
            job,
            "--format",
            "json",
            "--quiet",
            .. more,
        ];
        var result = await RunAsync(arguments);
        Assert.True(result.Output.StartsWith('{'), $"exit {result.ExitCode}\n{result.Output}\n{result.Error}");
        return JsonSerializer.Deserialize<JsonElement>(result.Output);
    }

    public void Dispose() => folder.Delete(recursive: true);
}

/// <summary>What a call printed and how it ended.</summary>
internal sealed record CliResult(int ExitCode, string Output, string Error);
