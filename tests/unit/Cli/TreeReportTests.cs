using Quarry.Cli.Output;
using Quarry.Cli.Trees;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Unit.Cli;

/// <summary>What a tree of runs is said to be.</summary>
public class TreeReportTests
{
    private static readonly EndedRun Good = Ended("good", RunOutcome.Success);

    [Theory]
    [InlineData(TreeReport.FailedMax)]
    [InlineData(TreeReport.FailedMax + 1)]
    public void At_most_a_hundred_failed_children_are_named_and_all_are_counted(int failed)
    {
        var children = Enumerable.Range(1, failed).Select(n => Ended($"c{n}", RunOutcome.ScriptError)).ToList();
        var report = TreeReport.Of(new([Good], children));
        Assert.Equal(TreeReport.FailedMax, report.Failed.Count);
        Assert.Equal(failed, report.ByOutcome["script_error"]);
        Assert.False(report.Clean);
    }

    [Fact]
    public void A_tree_is_clean_when_every_run_is_a_proven_success()
    {
        Assert.True(TreeReport.Of(new([Good], [Good])).Clean);
        Assert.True(TreeReport.Of(new([Good], [])).Clean);
        Assert.False(TreeReport.Of(new([Good], [Good with { Proof = null }])).Clean);
        Assert.True(TreeReport.Of(new([Good], [Good with { Proof = null, IsElsewhere = true }])).Clean);
    }

    [Fact]
    public void The_exit_code_is_the_roots_unless_a_person_ended_the_tree()
    {
        var failed = Ended("f", RunOutcome.ScriptError);
        Assert.Equal(0, new EndedTree([failed, Good], [failed]).ExitCode);
        Assert.Equal(1, new EndedTree([failed], null).ExitCode);
        Assert.Equal(3, new EndedTree([Good with { Proof = null }], null).ExitCode);
        Assert.Equal(130, new EndedTree([Good], [failed], IsStopped: true).ExitCode);
        Assert.Equal(0, new EndedTree([Good], [Good], IsStopped: true).ExitCode);
    }

    private static EndedRun Ended(string runId, RunOutcome outcome) =>
        new(
            new()
            {
                RunId = runId,
                Script = new("s"),
                Source = "s",
                Day = "2026-01-01",
                Policy = new PolicyOptions(),
                State = RunState.Done,
                Outcome = outcome,
            },
            new VerifyReport
            {
                RunId = runId,
                Complete = true,
                State = RunState.Done,
                Checks = [],
            }
        );
}
