using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Trees;

/// <summary>A run that is over, with the proof of what it kept.</summary>
/// <param name="Run">Its final record.</param>
/// <param name="Proof">The proof; null when it was not run here, or was never started.</param>
/// <param name="IsElsewhere">True when another process ran it: its outcome counts, and no proof is made here.</param>
internal sealed record EndedRun(RunRecord Run, VerifyReport? Proof, bool IsElsewhere = false)
{
    /// <summary>True for a success whose proof holds.</summary>
    public bool IsGood => Run.Outcome == RunOutcome.Success && IsProven;

    /// <summary>False for a run of this process whose proof does not hold.</summary>
    public bool IsProven => IsElsewhere || Proof is { Complete: true };

    /// <summary>The run's own exit code; a success whose proof does not hold is not a success.</summary>
    public int ExitCode =>
        Run.Outcome == RunOutcome.Success && !IsProven
            ? RunOutcome.PolicyFailure.ExitCode()
            : Run.Outcome!.Value.ExitCode();
}

/// <summary>A run with all that came of it.</summary>
/// <param name="Attempts">The run and its retries, oldest first.</param>
/// <param name="Children">The last attempt of each child run; null for a run that may start none.</param>
/// <param name="IsStopped">True when a person ended it.</param>
internal sealed record EndedTree(
    IReadOnlyList<EndedRun> Attempts,
    IReadOnlyList<EndedRun>? Children,
    bool IsStopped = false
)
{
    /// <summary>The attempt that counts.</summary>
    public EndedRun Last => Attempts[^1];

    /// <summary>Child runs that are not a proven success.</summary>
    public IEnumerable<EndedRun> Failed => (Children ?? []).Where(c => !c.IsGood);

    /// <summary>The code of the root's outcome; of a tree that a person ended before it was whole, that of a cancel.</summary>
    public int ExitCode =>
        IsStopped && !(Last.IsGood && !Failed.Any()) ? RunOutcome.Canceled.ExitCode() : Last.ExitCode;
}
