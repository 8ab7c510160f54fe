using System.Collections.Concurrent;
using Quarry.Contracts.Runs;
using Quarry.Runner.Telemetry;
using Quarry.Runtime.Executors;
using Quarry.Runtime.FanOut;

namespace Quarry.Runner.Executors;

/// <summary>
/// Executors that are there before a run needs them. One serves a single run, unless the run belongs to a tree: then it
/// waits for the next run of that tree and script, so that a page does not cost a start of Node.
/// </summary>
internal sealed partial class ExecutorPool(
    ExecutorPoolSettings settings,
    ExecutorOptions options,
    RunnerMeter meter,
    TimeProvider clock,
    ILogger<ExecutorPool> logger
) : BackgroundService, IExecutorSource
{
    private const long BytesPerMb = 1024 * 1024;
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(5);
    private readonly ConcurrentQueue<Executor> prewarmed = new();
    private readonly ConcurrentDictionary<KeptExecutor, Executor> kept = [];
    private readonly SemaphoreSlim wanted = new(settings.Prewarmed);
    private volatile bool isStopping;

    /// <summary>Executors that wait for a run.</summary>
    public int Ready => prewarmed.Count + kept.Count;

    /// <inheritdoc/>
    public Executor Take(RunRecord run)
    {
        var executor = TakeKept(run) ?? TakePrewarmed() ?? Executor.StartServing(options);
        executor.MayServeOn = IsOfTree(run) && executor.Served + 1 < settings.RunsMax;
        return executor;
    }

    /// <inheritdoc/>
    public async ValueTask GiveBackAsync(Executor executor, RunRecord run, bool isReady)
    {
        if (isReady && !isStopping && kept.Count < settings.WaitingMax && IsSmall(executor))
            _ = KeepAsync(new(TreeOf(run), run.Script.Path), executor);
        else
            await executor.DisposeAsync();
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        isStopping = true;
        await base.StopAsync(cancellationToken);
        foreach (var key in kept.Keys)
            await EndAsync(key);
        while (prewarmed.TryDequeue(out var executor))
            await executor.DisposeAsync();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        wanted.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.WatchExecutors(() => Ready);
        while (!stoppingToken.IsCancellationRequested)
        {
            await wanted.WaitAsync(stoppingToken);
            try
            {
                prewarmed.Enqueue(Executor.StartServing(options));
            }
            catch (ExecutorNotFoundException e)
            {
                // Each run says so for itself; here it is tried again.
                Log.NotStarted(logger, e.Message);
                await Task.Delay(TryAgainAfter, clock, stoppingToken);
                _ = wanted.Release();
            }
        }
    }

    private Executor? TakePrewarmed()
    {
        while (prewarmed.TryDequeue(out var executor))
        {
            _ = wanted.Release();
            if (!executor.HasExited)
                return executor;
            Log.Died(logger);
            _ = executor.DisposeAsync().AsTask();
        }
        return null;
    }

    private Executor? TakeKept(RunRecord run)
    {
        var tree = TreeOf(run);
        foreach (var key in kept.Keys.Where(key => key.Tree == tree && key.ScriptPath == run.Script.Path))
        {
            if (!kept.TryRemove(key, out var executor))
                continue;
            if (!executor.HasExited)
                return executor;
            _ = executor.DisposeAsync().AsTask();
        }
        return null;
    }

    private async Task KeepAsync(KeptExecutor key, Executor executor)
    {
        kept[key] = executor;
        await Task.Delay(TimeSpan.FromMilliseconds(settings.IdleMs), clock);
        await EndAsync(key);
    }

    private async Task EndAsync(KeptExecutor key)
    {
        if (kept.TryRemove(key, out var executor))
            await executor.DisposeAsync();
    }

    private bool IsSmall(Executor executor) => executor.MemoryBytes() < settings.MemoryMaxMb * BytesPerMb;

    private static bool IsOfTree(RunRecord run) => run.RootRunId is not null || ChildRuns.MayFanOut(run);

    private static string TreeOf(RunRecord run) => run.RootRunId ?? run.RunId;

    /// <summary>One keeping: an executor that was taken and is kept again has another id.</summary>
    private sealed record KeptExecutor(string Tree, string ScriptPath)
    {
        public Guid Id { get; } = Guid.NewGuid();
    }

    private static partial class Log
    {
        [LoggerMessage(3711, LogLevel.Warning, "An executor could not be started ahead: {Reason}")]
        public static partial void NotStarted(ILogger logger, string reason);

        [LoggerMessage(3712, LogLevel.Warning, "An executor that was started ahead had ended; another one is taken")]
        public static partial void Died(ILogger logger);
    }
}
