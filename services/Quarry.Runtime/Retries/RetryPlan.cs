using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Retries;

/// <summary>Which runs are tried again, when, and as what (CONTRACT_RUN rule 22). A retry is a new run.</summary>
public static class RetryPlan
{
    private const int DoublingsMax = 20;

    /// <summary>Outcomes that are tried again when the run does not say otherwise.</summary>
    public static IReadOnlyList<RunOutcome> DefaultOutcomes { get; } =
    [RunOutcome.ScriptError, RunOutcome.ExecutorCrash, RunOutcome.TimedOut, RunOutcome.Lost];

    /// <summary>
    /// True when the run has ended, its outcome is one that is tried again, and its budget allows it.
    /// </summary>
    public static bool IsDue(RunRecord ended) =>
        ended is { IsDone: true, Outcome: { } outcome }
        && ended.Attempt < ended.Retry.MaxAttempts
        && (ended.Retry.On ?? DefaultOutcomes).Contains(outcome);

    /// <summary>
    /// How long to wait: the backoff, doubled for each attempt that was made, of which between a half and the whole, so
    /// that runs which failed together do not come back together.
    /// </summary>
    /// <param name="ended">The run that failed.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    public static TimeSpan Backoff(RunRecord ended, double chance)
    {
        var doubled = ended.Retry.BackoffMs * Math.Pow(2, Math.Min(ended.Attempt - 1, DoublingsMax));
        return TimeSpan.FromMilliseconds(Math.Min(doubled, Limits.BackoffMsMax) * (0.5 + (chance / 2)));
    }

    /// <summary>The run that tries it again.</summary>
    public static RunRecord Again(RunRecord ended, ResumePoint? resume, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            RunId = RunIds.New(clock),
            JobId = ended.JobId,
            ParentRunId = ended.RunId,
            RootRunId = ended.RootRunId,
            EnqueuedByRunId = ended.EnqueuedByRunId,
            Depth = ended.Depth,
            Attempt = ended.Attempt + 1,
            State = RunState.Queued,
            Script = ended.Script with { Sha256 = null },
            Job = ended.Job,
            Source = ended.Source,
            Category = ended.Category,
            Day = Partition.DayOf(now),
            Dataset = ended.Dataset,
            Policy = ended.Policy,
            Limits = ended.Limits,
            Retry = ended.Retry,
            Priority = ended.Priority,
            FanOut = ended.FanOut,
            Proxy = ended.Proxy,
            Politeness = ended.Politeness,
            Resume = resume,
            Labels = ended.Labels,
            QueuedAt = now,
        };
    }
}
