using Quarry.Cli.Trees;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Output;

/// <summary>A run in a few lines: outcome, counts, drops, blobs, where the data lies, how to look at it.</summary>
internal static class RunSummary
{
    /// <summary>A run that is stored, as it is now.</summary>
    public static void Write(TextWriter to, RunRecord run, RunPlace place)
    {
        to.WriteLine($"run {run.RunId}  {Outcome(run)}{Took(run)}");
        WriteBody(to, run, proof: null, place);
    }

    /// <summary>A run that has just ended, with its retries and its child runs.</summary>
    public static void Write(TextWriter to, EndedTree tree, RunPlace place)
    {
        var run = tree.Last.Run;
        to.WriteLine($"run {run.RunId}  {Ending(tree.Last)}{TreeSummary.Caveat(tree)}{Took(run)}");
        if (tree.Attempts.Count > 1)
            Line(to, "attempts", string.Join(", ", tree.Attempts.Select(Attempt)));
        WriteBody(to, run, tree.Last.Proof, place);
        foreach (var (name, text) in TreeSummary.Lines(tree))
            Line(to, name, text);
        Line(to, "look", place.Look(run.RunId));
    }

    /// <summary>How a run ended, in a word or two.</summary>
    public static string Ending(EndedRun ended) =>
        ended is { Run.Outcome: RunOutcome.Success, IsProven: false } ? "success, not proven" : Outcome(ended.Run);

    private static void WriteBody(TextWriter to, RunRecord run, VerifyReport? proof, RunPlace place)
    {
        if (run.Message is { } message)
            Line(to, "why", Printable.Of(message));
        if (run.Exit?.Stack is { } stack)
            WriteStack(to, stack);
        if (run.Resume is { } at)
            Line(to, "resumed", $"at checkpoint {Printable.Of(at.CheckpointId)} of run {at.RunId}");
        Line(to, "script", run.Script.Path + (run.Script.Sha256 is { } hash ? $"  (version {hash[..12]})" : ""));
        Line(to, "events", Events(run));
        Line(to, "drops", Drops(run));
        Line(to, "artifacts", Blobs(run.Artifacts));
        if (run.Files.Count > 0)
            Line(to, "files", Blobs(run.Files));
        Line(to, "policy", run.Policy.Name.ToString().ToLowerInvariant());
        if (run.ProxyUsed is { } proxy)
            Line(to, "proxy", Proxy(proxy));
        if (run.Turns is { } turns)
            Line(to, "turns", Turns(turns));
        if (proof is not null)
            Line(to, "proof", Proof(proof));
        Line(to, "data", place.Data(run.StoragePath));
    }

    private static string Attempt(EndedRun ended) => $"{ended.Run.Attempt} {Ending(ended)} ({ended.Run.RunId})";

    private static string Outcome(RunRecord run) =>
        run.Outcome is { } outcome ? Contracts.QuarryNames.Of(outcome) : Contracts.QuarryNames.Of(run.State);

    private static string Took(RunRecord run) =>
        run is { StartedAt: { } from, EndedAt: { } to } ? $"  in {Numbers.Elapsed(to - from)}" : "";

    private static string Events(RunRecord run)
    {
        if (run.SeqLast == 0)
            return "none";
        var types = string.Join(", ", run.Counts.Select(c => $"{c.Key} {Numbers.Count(c.Value)}"));
        var kept =
            run.SeqDurable == run.SeqLast ? "all durable or named" : $"durable up to {Numbers.Count(run.SeqDurable)}";
        return $"{Numbers.Count(run.SeqLast)} ({types}), {kept}";
    }

    private static string Drops(RunRecord run) =>
        run.Drops.Count == 0
            ? "none"
            : string.Join(
                ", ",
                run.Drops.Select(d => $"{d.Type} {Numbers.Count(d.Count)} ({Contracts.QuarryNames.Of(d.Reason)})")
            );

    private static string Blobs(BlobTotals blobs) =>
        $"{Numbers.Count(blobs.Count)} ({Numbers.Bytes(blobs.Bytes)})"
        + (blobs.Orphans > 0 ? $", {Numbers.Count(blobs.Orphans)} without a commit event" : "");

    private static string Proxy(Contracts.Proxies.ProxyUsed used) =>
        $"{Contracts.QuarryNames.Of(used.Protocol)}://{used.Host}:{used.Port} of pool {used.Pool}"
        + (used.FailedRequests > 0 ? $", {Numbers.Count(used.FailedRequests)} requests failed at it" : "");

    private static string Turns(Contracts.Politeness.TurnTotals turns) =>
        $"{Numbers.Count(turns.Granted)}, waited {Numbers.Elapsed(TimeSpan.FromMilliseconds(turns.WaitedMs))} for them"
        + (turns.Refused > 0 ? $", {Numbers.Count(turns.Refused)} refused" : "");

    private static string Proof(VerifyReport proof) =>
        proof.Complete
            ? $"complete: {Numbers.Count(proof.Stored)} stored once, {Numbers.Count(proof.Dropped)} named as dropped"
            : "INCOMPLETE: " + string.Join("; ", proof.Checks.Where(c => !c.Ok).Select(c => $"{c.Name}: {c.Detail}"));

    private static void WriteStack(TextWriter to, string stack)
    {
        foreach (var line in stack.Split('\n').Skip(1).Take(6))
            to.WriteLine($"  {"", -10}{Printable.Of(line.Trim())}");
    }

    private static void Line(TextWriter to, string name, string value) => to.WriteLine($"  {name, -10}{value}");
}
