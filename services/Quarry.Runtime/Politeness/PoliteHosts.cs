using Quarry.Contracts.Politeness;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Politeness;

/// <summary>Gives runs their turns at hosts, within the budgets of this process where a launch says nothing.</summary>
public sealed record PoliteHosts(IHostTurns Turns)
{
    /// <summary>Name by which <c>robots.txt</c> may speak of a script.</summary>
    public const string DefaultUserAgent = "quarry";

    /// <summary>Turns at one host at the same time.</summary>
    public int Concurrency { get; init; } = 1;

    /// <summary>Least time between the starts of two turns at one host, in milliseconds.</summary>
    public long DelayMs { get; init; } = 1_000;

    /// <summary>What is in force for a run, every value filled in.</summary>
    public PolitenessOptions InForce(RunRecord run) =>
        new()
        {
            Concurrency = run.Politeness?.Concurrency ?? Concurrency,
            DelayMs = run.Politeness?.DelayMs ?? DelayMs,
            Robots = run.Politeness?.Robots ?? false,
            UserAgent = run.Politeness?.UserAgent ?? DefaultUserAgent,
        };
}
