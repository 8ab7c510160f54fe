using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Cli.Commands;
using Quarry.Cli.Output;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Proxies;
using Quarry.Runtime.Runs;
using Quarry.Runtime.Scripts;
using Quarry.Streams.HostTurns;

namespace Quarry.Cli.Trees;

/// <summary>A run in this process, with its storage opened for it: runtime and substrate together, and no service.</summary>
internal sealed class LocalRun(string root, ExecutorOptions options, ProxySource proxies, bool isQuiet)
{
    /// <summary>Runs a run with its retries and child runs, until all of them have ended.</summary>
    public async Task<EndedTree> RunAsync(RunRecord run, RunControls controls)
    {
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = root },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        using var progress = new RunProgressLine(isQuiet, TimeProvider.System) { RootDepth = run.Depth };
        var runner = $"{Environment.MachineName}:{Environment.ProcessId}";
        var host = new RunHost(lode, options, runner, TimeProvider.System, NullLogger<RunHost>.Instance)
        {
            Proxies = proxies,
            Polite = new(new MemoryHostTurns(TimeProvider.System)),
        };
        var scripts = new ScriptFolders(Folders(run.Script.Path));
        return await new RunTree(lode, host, scripts, controls, progress, TimeProvider.System).RunAsync(run);
    }

    /// <summary>The run that is to be resumed, and its last durable checkpoint.</summary>
    /// <exception cref="UsageException">There is no such run, or it has not ended.</exception>
    public static async Task<(RunRecord Run, ResumePoint? At)> FindResumedAsync(string runId, string root)
    {
        await using var lode = await OpenedStorage.OpenAsync(root);
        var run = await OpenedStorage.FindAsync(lode, runId, root);
        if (run.Deleted is not null)
            throw new UsageException($"The data of run '{runId}' was deleted; there is nothing to resume.");
        if (!run.IsDone)
            throw new UsageException(
                $"Run '{runId}' is {QuarryNames.Of(run.State)}; only a run that has ended can be resumed. Wait for its end."
            );
        var last = await lode
            .Reader.EventsAsync(run, EventType.Checkpoint.Name(), 0, CancellationToken.None)
            .LastOrDefaultAsync();
        return (run, last is null ? run.Resume : ResumePoint.Of(last));
    }

    /// <summary>Scripts may be enqueued from the script's own folder, and from the one the command is called in.</summary>
    private static IEnumerable<string> Folders(string script)
    {
        var own = Path.GetDirectoryName(script)!;
        var here = Environment.CurrentDirectory;
        return own.StartsWith(here + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? [own, here] : [own];
    }
}
