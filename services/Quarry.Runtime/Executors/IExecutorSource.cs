using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Executors;

/// <summary>Where runs get their executors.</summary>
public interface IExecutorSource
{
    /// <summary>An executor for this run alone, until it is given back.</summary>
    /// <exception cref="ExecutorNotFoundException">The machine lacks an executor; nothing was started.</exception>
    Executor Take(RunRecord run);

    /// <summary>
    /// The run has ended, and its processes are gone but for the executor itself when it <paramref name="isReady"/> for
    /// another run.
    /// </summary>
    ValueTask GiveBackAsync(Executor executor, RunRecord run, bool isReady);
}

/// <summary>A new executor for each run, which ends with it.</summary>
/// <param name="options">How executors are found and started.</param>
public sealed class FreshExecutors(ExecutorOptions options) : IExecutorSource
{
    /// <inheritdoc/>
    public Executor Take(RunRecord run) => Executor.Start(run.RunId, run.Script.Path, options);

    /// <inheritdoc/>
    public ValueTask GiveBackAsync(Executor executor, RunRecord run, bool isReady) => executor.DisposeAsync();
}
