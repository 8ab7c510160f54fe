using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Retries;

namespace Quarry.Tests.Unit.Runtime;

public class RetryPlanTests
{
    [Theory]
    [InlineData(RunOutcome.Success, false)]
    [InlineData(RunOutcome.ScriptError, true)]
    [InlineData(RunOutcome.ExecutorCrash, true)]
    [InlineData(RunOutcome.PolicyFailure, false)]
    [InlineData(RunOutcome.VersionMismatch, false)]
    [InlineData(RunOutcome.Canceled, false)]
    [InlineData(RunOutcome.TimedOut, true)]
    [InlineData(RunOutcome.Lost, true)]
    public void The_outcomes_that_are_tried_again_are_a_table(RunOutcome outcome, bool isDue) =>
        Assert.Equal(isDue, RetryPlan.IsDue(Ended(outcome, new(2))));

    [Fact]
    public void A_run_may_name_its_own_outcomes()
    {
        var retry = new RetryOptions(2, On: [RunOutcome.PolicyFailure]);
        Assert.True(RetryPlan.IsDue(Ended(RunOutcome.PolicyFailure, retry)));
        Assert.False(RetryPlan.IsDue(Ended(RunOutcome.ScriptError, retry)));
    }

    [Theory]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, true)]
    [InlineData(2, 2, false)]
    [InlineData(19, 20, true)]
    public void The_budget_counts_all_attempts(int attempt, int maxAttempts, bool isDue) =>
        Assert.Equal(isDue, RetryPlan.IsDue(Ended(RunOutcome.Lost, new(maxAttempts)) with { Attempt = attempt }));

    [Theory]
    [InlineData(1, 1.0, 1_000)]
    [InlineData(1, 0.0, 500)]
    [InlineData(3, 1.0, 4_000)]
    [InlineData(19, 1.0, Limits.BackoffMsMax)]
    public void The_backoff_doubles_and_keeps_at_least_a_half(int attempt, double chance, double expectedMs) =>
        Assert.Equal(
            expectedMs,
            RetryPlan.Backoff(Ended(RunOutcome.Lost, new(20)) with { Attempt = attempt }, chance).TotalMilliseconds
        );

    [Fact]
    public void A_retry_is_a_new_run_of_the_same_job_on_the_day_it_is_made()
    {
        var clock = new FakeTimeProvider(new(2026, 3, 2, 0, 0, 1, TimeSpan.Zero));
        var ended = Ended(RunOutcome.Lost, new(2)) with
        {
            RootRunId = "root",
            EnqueuedByRunId = "parent",
            Depth = 2,
            SeqLast = 9,
        };
        var retry = RetryPlan.Again(ended, new("run-1", "c", 5), clock);
        Assert.NotEqual(ended.RunId, retry.RunId);
        Assert.Equal(
            (2, "run-1", "job-1", RunState.Queued, null),
            (retry.Attempt, retry.ParentRunId, retry.JobId, retry.State, retry.Outcome)
        );
        Assert.Equal(("root", "parent", 2), (retry.RootRunId, retry.EnqueuedByRunId, retry.Depth));
        Assert.Equal(("2026-03-02", 0L, "c"), (retry.Day, retry.SeqLast, retry.Resume!.CheckpointId));
    }

    private static RunRecord Ended(RunOutcome outcome, RetryOptions retry) =>
        new LaunchRequest
        {
            Script = "s.ts",
            Source = "s",
            RunId = "run-1",
            JobId = "job-1",
            Retry = retry,
        }.ToRunRecord(TimeProvider.System) with
        {
            State = RunState.Done,
            Outcome = outcome,
        };
}
