using System.Diagnostics;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Runtime.Executors;

namespace Quarry.Cli.Doctor;

/// <summary>Asks the executor itself what a run would use; it starts its browser to know.</summary>
internal static class ExecutorCheck
{
    /// <summary>The first start may unpack the embedded browser, and a machine may be slow.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Findings about the executor, Node, the browser and its sandbox.</summary>
    public static async Task<IReadOnlyList<Finding>> RunAsync(CancellationToken cancellation)
    {
        ExecutorCommand command;
        try
        {
            command = ExecutorLocator.Locate(new(), "--check");
        }
        catch (ExecutorNotFoundException e)
        {
            return [new("executor", FindingStatus.Missing, e.Message)];
        }
        return await AskAsync(command, cancellation) is { } report
            ? [Node(command, report), .. Browser(report.Browser)]
            :
            [
                new(
                    "executor",
                    FindingStatus.Missing,
                    $"'{command.Program} {string.Join(' ', command.Arguments)}' did not answer.",
                    "Run that command to see why."
                ),
            ];
    }

    private static async Task<MachineReport?> AskAsync(ExecutorCommand command, CancellationToken cancellation)
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limited.CancelAfter(Patience);
        var start = new ProcessStartInfo(command.Program, command.Arguments)
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = await process.StandardOutput.ReadToEndAsync(limited.Token);
            return JsonSerializer.Deserialize<MachineReport>(output, QuarryJson.Compact);
        }
        catch (Exception e)
            when (e is JsonException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return null;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }

    private static Finding Node(ExecutorCommand command, MachineReport report)
    {
        var found = $"{report.Node} ({command.Program})";
        if (Environment.GetEnvironmentVariable("QUARRY_NODE") is { Length: > 0 })
            return new("node", FindingStatus.Ok, $"{found}, named by QUARRY_NODE");
        var isPinned = command.Program.Contains("node_modules", StringComparison.Ordinal);
        return isPinned
            ? new("node", FindingStatus.Ok, found)
            : new(
                "node",
                FindingStatus.StandIn,
                found,
                "The pinned Node is not installed: run 'npm ci', or name the one to use with QUARRY_NODE."
            );
    }

    private static IEnumerable<Finding> Browser(BrowserReport browser)
    {
        if (browser.Problem is { } problem)
        {
            yield return new("browser", FindingStatus.Missing, problem);
            yield break;
        }
        var found = browser.Path is null ? $"{browser.Version}, external" : $"{browser.Version} ({browser.Path})";
        yield return browser.IsEmbedded
            ? new(
                "browser",
                FindingStatus.StandIn,
                found,
                "The embedded browser serves where there is no other: install chromium-headless-shell, "
                    + "or set PUPPETEER_EXECUTABLE_PATH."
            )
            : new("browser", FindingStatus.Ok, found);
        if (browser.Path is not null && !browser.IsSandboxed)
        {
            yield return new(
                "sandbox",
                FindingStatus.Warning,
                "Chromium runs without its sandbox.",
                "Run as another user than root, and without QUARRY_NO_SANDBOX."
            );
        }
    }

    private sealed record MachineReport(string Node, BrowserReport Browser);

    private sealed record BrowserReport(
        string? Version,
        string? Path,
        bool IsEmbedded,
        bool IsSandboxed,
        string? Problem
    );
}
