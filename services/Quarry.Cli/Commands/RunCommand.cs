using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Cli.Launch;
using Quarry.Cli.Output;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Read;
using Quarry.Lode.Settling;
using Quarry.Lode.Stores;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Proxies;
using Quarry.Runtime.Runs;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry run</c>: one run in this process, with no service: runtime and substrate together.</summary>
internal sealed class RunCommand
{
    private readonly LaunchOptions launch = new();
    private readonly Option<string> storage = SharedOptions.Storage();
    private readonly Option<string> format = SharedOptions.Format();
    private readonly Option<string?> report = new("--report")
    {
        Description = "Write a JSON report to a file, or - for stdout.",
        HelpName = "FILE",
    };
    private readonly Option<string?> executor = new("--executor")
    {
        Description = "Executor to use instead of the built-in one.",
        HelpName = "PATH",
    };
    private readonly Option<string?> resolveFrom = new("--resolve-from")
    {
        Description = "Folder whose packages the script may import.",
        HelpName = "DIR",
    };
    private readonly Option<string?> browser = new("--browser-ws-endpoint")
    {
        Description = "Browser to connect to instead of starting one.",
        HelpName = "URL",
    };
    private readonly Option<bool> dryRun = new("--dry-run") { Description = "Check everything, start nothing." };
    private readonly Option<bool> quiet = new("--quiet")
    {
        Description = "No progress and no console lines of the script.",
    };
    private readonly Option<bool> watch = new("--watch")
    {
        Description = "Run again, as a new run, whenever a source in the script's folder changes.",
    };

    public static Command Create() => new RunCommand().Build();

    private Command Build()
    {
        var command = new Command("run", "Run a script and keep what it emits.")
        {
            storage,
            format,
            report,
            executor,
            resolveFrom,
            browser,
            dryRun,
            quiet,
            watch,
        };
        launch.AddTo(command);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var request = launch.Read(parsed);
        var options = new ExecutorOptions
        {
            ExecutorPath = parsed.GetValue(executor),
            ResolveFrom = parsed.GetValue(resolveFrom),
            BrowserWsEndpoint = parsed.GetValue(browser),
        };
        var proxies = launch.Proxies.Open(parsed, request.Proxy);
        var root = parsed.GetValue(storage)!;
        var address = OpenedStorage.Address(root);
        var command = ExecutorLocator.Locate(options, request.Script!);
        if (parsed.GetValue(dryRun))
            return DryRun(parsed, request.ToRunRecord(TimeProvider.System), address, command);
        if (parsed.GetValue(watch))
            return await WatchAsync(parsed, request, options, proxies, root);
        var control = new RunControl();
        using var interrupts = new Interrupts(control);
        return await OnceAsync(parsed, request, options, proxies, control);
    }

    /// <summary>Runs the script again whenever a source changes, until a person ends it.</summary>
    private async Task<int> WatchAsync(
        ParseResult parsed,
        LaunchRequest request,
        ExecutorOptions options,
        ProxySource proxies,
        string root
    )
    {
        if (request.RunId is not null)
            throw new UsageException("--run-id names one run, --watch makes many. Leave one out; nothing was started.");
        while (true)
        {
            var control = new RunControl();
            using var interrupts = new Interrupts(control);
            using var sources = new SourceWatch(request.Script!, root);
            var running = OnceAsync(parsed, request, options, proxies, control);
            if (await Task.WhenAny(running, sources.Changed) != running)
                control.Cancel("Canceled: a source changed.");
            var code = await running;
            if (!sources.Changed.IsCompleted)
                await Console.Error.WriteLineAsync("watching for changes; Ctrl+C ends");
            if (await Task.WhenAny(interrupts.Asked, sources.Changed) == interrupts.Asked)
                return code;
            await Console.Error.WriteLineAsync($"{Printable.Of(await sources.Changed)} changed");
        }
    }

    private async Task<int> OnceAsync(
        ParseResult parsed,
        LaunchRequest request,
        ExecutorOptions options,
        ProxySource proxies,
        RunControl control
    )
    {
        var root = parsed.GetValue(storage)!;
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = root },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        var run = request.ToRunRecord(TimeProvider.System);
        var final = await RunAsync(lode, run, options, proxies, control, parsed.GetValue(quiet));
        var isSettled = await lode.Settler.SettleAsync(final, CancellationToken.None);
        var proof = isSettled ? await new RunVerifier(lode.Objects).VerifyAsync(final, CancellationToken.None) : null;
        if (proof is { Complete: true })
            await ReleaseWalAsync(lode, final);
        await WriteAsync(parsed, final, proof, root);
        return ExitCode(final, proof);
    }

    /// <summary>The proof has read both tiers and found them equal: the rows need not lie twice.</summary>
    private static async Task ReleaseWalAsync(LodeStore lode, RunRecord run)
    {
        try
        {
            var release = new WalRelease(lode.Objects, new() { WalGraceMinutes = 0 }, TimeProvider.System);
            _ = await release.ReleaseAsync(run, CancellationToken.None);
        }
        catch (StoreException e)
        {
            await Console.Error.WriteLineAsync($"The run is whole; its wal is kept until 'quarry gc'. {e.Message}");
        }
    }

    private static async Task<RunRecord> RunAsync(
        LodeStore lode,
        RunRecord run,
        ExecutorOptions options,
        ProxySource proxies,
        RunControl control,
        bool isQuiet
    )
    {
        using var progress = new RunProgressLine(isQuiet, TimeProvider.System);
        var runner = $"{Environment.MachineName}:{Environment.ProcessId}";
        var host = new RunHost(lode, options, runner, TimeProvider.System, NullLogger<RunHost>.Instance)
        {
            Proxies = proxies,
        };
        return await host.RunAsync(run, epoch: 1, progress, control);
    }

    /// <summary>The run's own code; a success whose proof does not hold is not a success.</summary>
    private static int ExitCode(RunRecord run, VerifyReport? proof) =>
        run.Outcome == RunOutcome.Success && proof is not { Complete: true }
            ? RunOutcome.PolicyFailure.ExitCode()
            : run.Outcome!.Value.ExitCode();

    private int DryRun(ParseResult parsed, RunRecord run, StoreAddress storage, ExecutorCommand command)
    {
        if (parsed.GetValue(format) == "json")
        {
            JsonOutput.Write(Console.Out, run);
            return ExitCodes.Ok;
        }
        Console.WriteLine("dry run: everything is in order, nothing was started");
        Console.WriteLine($"  script    {run.Script.Path}");
        Console.WriteLine($"  executor  {command.Program} {string.Join(' ', command.Arguments)}");
        Console.WriteLine($"  policy    {Contracts.QuarryNames.Of(run.Policy.Name)}");
        Console.WriteLine($"  data      {storage.Show(run.StoragePath)}");
        return ExitCodes.Ok;
    }

    private async Task WriteAsync(ParseResult parsed, RunRecord run, VerifyReport? proof, string root)
    {
        var isFolder = OpenedStorage.Address(root).Kind == StoreKind.Folder;
        var whole = new RunReport(run, proof, isFolder ? Path.GetFullPath(root) : root);
        var file = parsed.GetValue(report);
        if (file is not null and not "-")
            await File.WriteAllTextAsync(file, JsonOutput.Of(whole));
        var isJson = parsed.GetValue(format) == "json" || file == "-";
        if (isJson)
            JsonOutput.Write(Console.Out, whole);
        else
            RunSummary.Write(Console.Out, run, proof, root);
    }
}
