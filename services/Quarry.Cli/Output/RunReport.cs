using Quarry.Cli.Trees;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Output;

/// <summary>What <c>--report</c> and <c>--format json</c> write for a run.</summary>
/// <param name="Run">The record of the attempt that counts: the last one.</param>
/// <param name="Proof">The proof of what it kept.</param>
/// <param name="Storage">Where its data lies; null for a run on a server.</param>
/// <param name="Server">Address of the server; null for a run in this process.</param>
/// <param name="Attempts">Every attempt, oldest first.</param>
/// <param name="Tree">What became of its child runs; null for a run that may start none.</param>
internal sealed record RunReport(
    RunRecord Run,
    VerifyReport? Proof,
    string? Storage,
    string? Server,
    IReadOnlyList<AttemptReport> Attempts,
    TreeReport? Tree
)
{
    public static RunReport Of(EndedTree tree, string? storage, string? server = null) =>
        new(
            tree.Last.Run,
            tree.Last.Proof,
            storage,
            server,
            [.. tree.Attempts.Select(a => new AttemptReport(a.Run.RunId, a.Run.Attempt, a.Run.Outcome, a.Run.Message))],
            tree.Children is null ? null : TreeReport.Of(tree)
        );
}

/// <summary>One attempt.</summary>
internal sealed record AttemptReport(string RunId, int Attempt, RunOutcome? Outcome, string? Message);

/// <summary>The child runs of a tree.</summary>
/// <param name="Clean">True when the root and every child are a proven success.</param>
/// <param name="Children">How many child runs there are, retries not counted.</param>
/// <param name="ByOutcome">How many ended so, by their last attempt; those that have not are named by their state.</param>
/// <param name="Failed">Children that are no proven success, at most <see cref="FailedMax"/>.</param>
internal sealed record TreeReport(
    bool Clean,
    int Children,
    IReadOnlyDictionary<string, int> ByOutcome,
    IReadOnlyList<FailedChild> Failed
)
{
    /// <summary>Most children that are named.</summary>
    public const int FailedMax = 100;

    public static TreeReport Of(EndedTree tree) =>
        new(
            tree.Last.IsGood && !tree.Failed.Any(),
            tree.Children!.Count,
            tree.Children.GroupBy(c => EndOf(c.Run))
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            [
                .. tree
                    .Failed.Take(FailedMax)
                    .Select(c => new FailedChild(c.Run.RunId, c.Run.Attempt, EndOf(c.Run), c.IsProven, c.Run.Message)),
            ]
        );

    private static string EndOf(RunRecord run) =>
        run.Outcome is { } outcome ? QuarryNames.Of(outcome) : QuarryNames.Of(run.State);
}

/// <summary>A child run that is no proven success.</summary>
internal sealed record FailedChild(string RunId, int Attempt, string Outcome, bool Proven, string? Message);
