namespace Quarry.Runner.Executors;

/// <summary>Settings of the executors that are kept for runs, section <c>Executors</c>.</summary>
internal sealed record ExecutorPoolSettings
{
    /// <summary>Executors that are started before a run needs them; 0: each run starts its own.</summary>
    public int Prewarmed { get; init; } = 1;

    /// <summary>Runs of one tree that one executor serves before it is replaced; 1: one run per process.</summary>
    public int RunsMax { get; init; } = 50;

    /// <summary>Time that an executor waits for the next run of its tree, in milliseconds.</summary>
    public int IdleMs { get; init; } = 3_000;

    /// <summary>Executors that wait for the next run of their trees, at most.</summary>
    public int WaitingMax { get; init; } = 4;

    /// <summary>Memory of an executor after a run beyond which it serves no other, in MiB.</summary>
    public long MemoryMaxMb { get; init; } = 512;
}
