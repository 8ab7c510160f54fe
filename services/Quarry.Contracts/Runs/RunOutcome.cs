namespace Quarry.Contracts.Runs;

/// <summary>How a run ended (CONTRACT_RUN, outcomes).</summary>
public enum RunOutcome
{
    /// <summary>Exit 0, a run_complete seen, every event durable or named in the drop ledger.</summary>
    Success,

    /// <summary>The script failed.</summary>
    ScriptError,

    /// <summary>The executor ended without a proper end, or broke the stream.</summary>
    ExecutorCrash,

    /// <summary>The ingestion policy could not accept events.</summary>
    PolicyFailure,

    /// <summary>The executor speaks a major contract version we do not.</summary>
    VersionMismatch,

    /// <summary>A person or a program asked for the end.</summary>
    Canceled,

    /// <summary>A limit of time was reached.</summary>
    TimedOut,

    /// <summary>The runner died; what was durable is kept.</summary>
    Lost,
}

/// <summary>Facts of outcomes.</summary>
public static class RunOutcomes
{
    /// <summary>Exit code of the command line for the outcome (CONTRACT_RUN, exit codes).</summary>
    public static int ExitCode(this RunOutcome outcome) =>
        outcome switch
        {
            RunOutcome.Success => 0,
            RunOutcome.ScriptError => 1,
            RunOutcome.ExecutorCrash or RunOutcome.TimedOut or RunOutcome.Lost => 2,
            RunOutcome.PolicyFailure or RunOutcome.VersionMismatch => 3,
            RunOutcome.Canceled => 130,
            _ => throw new ArgumentOutOfRangeException(nameof(outcome), outcome, "not an outcome"),
        };
}
