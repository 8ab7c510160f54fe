using System.CommandLine;
using Quarry.Cli.Configuration;
using Quarry.Cli.Launch;
using Quarry.Cli.Output;
using Quarry.Cli.Servers;
using Quarry.Cli.Trees;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;
using Quarry.Runtime.Executors;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry run</c>: a run with its retries and child runs, in this process or on a server.</summary>
internal sealed class RunCommand
{
    private readonly LaunchOptions launch = new();
    private readonly ServerOptions server = new("Run on a server, and follow the run until its end.");
    private readonly Option<string> storage = SharedOptions.Storage();
    private readonly Option<string> format = SharedOptions.Format();
    private readonly Option<string?> config = ConfigFile.Option();
    private readonly Option<string?> resume = new("--resume")
    {
        Description = "Try a run again from its last checkpoint; what no flag says is taken from it.",
        HelpName = "RUN",
    };
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
        var command = new Command("run", "Run a script and keep what it emits.");
        launch.AddTo(command);
        Option[] options =
        [
            storage,
            config,
            resume,
            server.Address,
            format,
            report,
            executor,
            resolveFrom,
            browser,
            dryRun,
            quiet,
            watch,
        ];
        foreach (var option in options)
            command.Options.Add(option);
        command.SetAction(RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        using var api = server.Find(parsed);
        return api is null ? await RunHereAsync(parsed) : await RunThereAsync(parsed, api);
    }

    private async Task<int> RunThereAsync(ParseResult parsed, ServerApi api)
    {
        ServerOptions.RefuseLocal(parsed, storage, executor, resolveFrom, browser, watch, launch.Proxies.Config);
        RunRecord run;
        if (parsed.GetValue(resume) is { } before)
        {
            launch.RefuseAll(parsed);
            ServerOptions.RefuseLocal(parsed, dryRun);
            run = await api.ResumeAsync(before);
        }
        else
        {
            var request = launch.Read(parsed);
            // An id of ours: whatever happens to the answer, a person can ask what became of the run.
            request = request with
            {
                RunId = request.RunId ?? RunIds.New(TimeProvider.System),
            };
            run = await api.LaunchAsync(request with { DryRun = parsed.GetValue(dryRun) });
            if (parsed.GetValue(dryRun))
                return DryRun(parsed, run, null, RunPlace.Server(api.Address));
        }
        if (!parsed.GetValue(quiet))
            await Console.Error.WriteLineAsync($"run {run.RunId} on {api.Address}");
        try
        {
            var tree = await new RemoteRun(api, parsed.GetValue(quiet), TimeProvider.System).FollowAsync(run);
            var whole = RunReport.Of(tree, storage: null, api.Address.ToString());
            await WriteAsync(parsed, tree, whole, RunPlace.Server(api.Address));
            return tree.ExitCode;
        }
        catch (ServerException e)
        {
            await Console.Error.WriteLineAsync(
                $"quarry: run {run.RunId} was started and cannot be followed any more; it may go on. {e.Message}"
            );
            return RunOutcome.Lost.ExitCode();
        }
    }

    private async Task<int> RunHereAsync(ParseResult parsed)
    {
        var root = parsed.GetValue(storage)!;
        _ = OpenedStorage.Address(root);
        var launched = await ReadAsync(parsed, root);
        var options = new ExecutorOptions
        {
            ExecutorPath = parsed.GetValue(executor),
            ResolveFrom = parsed.GetValue(resolveFrom),
            BrowserWsEndpoint = parsed.GetValue(browser),
        };
        var proxies = launch.Proxies.Open(parsed, launched.Request.Proxy);
        var command = ExecutorLocator.Locate(options, launched.Request.Script!);
        if (parsed.GetValue(dryRun))
            return DryRun(parsed, launched.ToRecord(), command, RunPlace.Storage(root));
        var local = new LocalRun(root, options, proxies, parsed.GetValue(quiet));
        if (parsed.GetValue(watch))
            return await WatchAsync(parsed, launched, local, root);
        using var controls = new RunControls();
        using var interrupts = new Interrupts(controls.Cancel, controls.Kill);
        return await OnceAsync(parsed, launched, local, controls);
    }

    private async Task<Launched> ReadAsync(ParseResult parsed, string root)
    {
        if (parsed.GetValue(resume) is not { } runId)
            return new(launch.ReadLocal(parsed), null, null);
        launch.RefuseLineage(parsed);
        var (run, at) = await LocalRun.FindResumedAsync(runId, root);
        if (at is null)
            await Console.Error.WriteLineAsync($"Run {runId} made no checkpoint: it is run again from the start.");
        return new(launch.ReadLocal(parsed, run), run, at);
    }

    /// <summary>Runs the script again whenever a source changes, until a person ends it.</summary>
    private async Task<int> WatchAsync(ParseResult parsed, Launched launched, LocalRun local, string root)
    {
        if (launched.Request.RunId is not null)
            throw new UsageException("--run-id names one run, --watch makes many. Leave one out; nothing was started.");
        while (true)
        {
            using var controls = new RunControls();
            using var interrupts = new Interrupts(controls.Cancel, controls.Kill);
            using var sources = new SourceWatch(launched.Request.Script!, root);
            var running = OnceAsync(parsed, launched, local, controls);
            if (await Task.WhenAny(running, sources.Changed) != running)
                controls.Cancel("Canceled: a source changed.");
            var code = await running;
            if (!sources.Changed.IsCompleted)
                await Console.Error.WriteLineAsync("watching for changes; Ctrl+C ends");
            if (await Task.WhenAny(interrupts.Asked, sources.Changed) == interrupts.Asked)
                return code;
            await Console.Error.WriteLineAsync($"{Printable.Of(await sources.Changed)} changed");
        }
    }

    private async Task<int> OnceAsync(ParseResult parsed, Launched launched, LocalRun local, RunControls controls)
    {
        var root = parsed.GetValue(storage)!;
        var tree = await local.RunAsync(launched.ToRecord(), controls);
        var isFolder = OpenedStorage.Address(root).Kind == StoreKind.Folder;
        var whole = RunReport.Of(tree, isFolder ? Path.GetFullPath(root) : root);
        await WriteAsync(parsed, tree, whole, RunPlace.Storage(root));
        return tree.ExitCode;
    }

    private int DryRun(ParseResult parsed, RunRecord run, ExecutorCommand? command, RunPlace place)
    {
        if (parsed.GetValue(format) == "json")
        {
            JsonOutput.Write(Console.Out, run);
            return ExitCodes.Ok;
        }
        Console.WriteLine("dry run: everything is in order, nothing was started");
        Console.WriteLine($"  script    {run.Script.Path}");
        if (command is not null)
            Console.WriteLine($"  executor  {command.Program} {string.Join(' ', command.Arguments)}");
        Console.WriteLine($"  policy    {Contracts.QuarryNames.Of(run.Policy.Name)}");
        Console.WriteLine($"  data      {place.Data(run.StoragePath)}");
        return ExitCodes.Ok;
    }

    private async Task WriteAsync(ParseResult parsed, EndedTree tree, RunReport whole, RunPlace place)
    {
        var file = parsed.GetValue(report);
        if (file is not null and not "-")
            await File.WriteAllTextAsync(file, JsonOutput.Of(whole));
        if (parsed.GetValue(format) == "json" || file == "-")
            JsonOutput.Write(Console.Out, whole);
        else
            RunSummary.Write(Console.Out, tree, place);
    }
}
