using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;

namespace Quarry.Cli.Output;

/// <summary>A run in a few lines: outcome, counts, drops, blobs, where the data lies, how to look at it.</summary>
internal static class RunSummary
{
    public static void Write(TextWriter to, RunRecord run, VerifyReport? proof, string storage)
    {
        to.WriteLine($"run {run.RunId}  {Outcome(run)}{Took(run)}");
        if (run.Message is { } message)
            Line(to, "why", Printable.Of(message));
        if (run.Exit?.Stack is { } stack)
            WriteStack(to, stack);
        Line(to, "script", run.Script.Path + (run.Script.Sha256 is { } hash ? $"  (version {hash[..12]})" : ""));
        Line(to, "events", Events(run));
        Line(to, "drops", Drops(run));
        Line(to, "artifacts", Blobs(run.Artifacts));
        if (run.Files.Count > 0)
            Line(to, "files", Blobs(run.Files));
        Line(to, "policy", run.Policy.Name.ToString().ToLowerInvariant());
        if (run.ProxyUsed is { } proxy)
            Line(to, "proxy", Proxy(proxy));
        if (proof is not null)
            Line(to, "proof", Proof(proof));
        Line(to, "data", StoreAddress.Parse(storage).Show(run.StoragePath));
        Line(
            to,
            "look",
            $"quarry inspect run {run.RunId}{(storage == Commands.SharedOptions.DefaultStorage ? "" : $" --storage {Quoted(storage)}")}"
        );
    }

    /// <summary>An address has characters that a shell would read.</summary>
    private static string Quoted(string storage) =>
        storage.AsSpan().IndexOfAny('&', '?', ' ') >= 0 ? $"'{storage}'" : storage;

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
