namespace Quarry.Contracts.Api;

/// <summary>What a runner has in hand and keeps ready.</summary>
/// <param name="Runner">Its name.</param>
/// <param name="Runs">Runs in hand.</param>
/// <param name="RunsMax">Runs that it takes at once.</param>
/// <param name="ExecutorsReady">Executor processes that wait for a run.</param>
/// <param name="Browsers">Browsers that runs share; 0 when each run starts its own.</param>
/// <param name="BrowserContexts">Contexts that runs have of them.</param>
public sealed record RunnerLoad(
    string Runner,
    int Runs,
    int RunsMax,
    int ExecutorsReady,
    int Browsers,
    int BrowserContexts
);
