using Quarry.Cli.Trees;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Output;

/// <summary>What became of the child runs of a tree, in a few lines.</summary>
internal static class TreeSummary
{
    private const int FailedShown = 5;

    /// <summary>What keeps a tree from being a clean success; empty when nothing does.</summary>
    public static string Caveat(EndedTree tree)
    {
        var failed = tree.Failed.Count();
        return failed == 0
            ? ""
            : $", but {Numbers.Count(failed)} of {Numbers.Count(tree.Children!.Count)} child runs did not succeed";
    }

    /// <summary>Lines of a summary, each with its name.</summary>
    public static IEnumerable<(string Name, string Text)> Lines(EndedTree tree)
    {
        if (tree.Children is null)
            yield break;
        var report = TreeReport.Of(tree);
        var outcomes = string.Join(", ", report.ByOutcome.Select(o => $"{o.Key} {Numbers.Count(o.Value)}"));
        yield return ("children", report.Children == 0 ? "none" : $"{Numbers.Count(report.Children)} ({outcomes})");
        if (NotStarted(tree) is { Length: > 0 } notStarted)
            yield return ("", $"enqueued and not started: {notStarted}");
        foreach (var child in tree.Failed.Take(FailedShown))
            yield return ("failed", $"{child.Run.RunId}  {RunSummary.Ending(child)}: {Why(child.Run)}");
        if (tree.Failed.Count() - FailedShown is var more and > 0)
            yield return ("", $"and {Numbers.Count(more)} more; --format json names them");
    }

    private static string Why(RunRecord run) => Printable.Of(run.Message ?? "no message");

    /// <summary>Enqueue events of the whole tree that started nothing, and why.</summary>
    private static string NotStarted(EndedTree tree)
    {
        var totals = tree.Attempts.Concat(tree.Children!).Select(r => r.Run.Children ?? new()).ToList();
        (string Name, long Count)[] kinds =
        [
            ("there already", totals.Sum(t => t.Duplicates)),
            ("below --depth", totals.Sum(t => t.TooDeep)),
            ("beyond --max-runs", totals.Sum(t => t.OverBudget)),
            ("cannot be run", totals.Sum(t => t.Refused)),
        ];
        return string.Join(", ", kinds.Where(k => k.Count > 0).Select(k => $"{Numbers.Count(k.Count)} {k.Name}"));
    }
}
