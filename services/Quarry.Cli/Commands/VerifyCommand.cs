using System.CommandLine;
using Quarry.Cli.Output;
using Quarry.Contracts.Api;
using Quarry.Lode.Read;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry verify RUN</c>: proves that every seq is stored once or named as dropped; 0 only when it holds.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        var id = new Argument<string>("RUN") { Description = "Id of the run." };
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var command = new Command("verify", "Prove what was kept and what was dropped.") { id, storage, format };
        command.SetAction(
            async (parsed, _) =>
            {
                var root = parsed.GetValue(storage)!;
                await using var lode = await OpenedStorage.OpenAsync(root);
                var run = await OpenedStorage.FindAsync(lode, parsed.GetValue(id)!, root);
                var proof = await new RunVerifier(lode.Objects).VerifyAsync(run, CancellationToken.None);
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, proof);
                else
                    Write(proof);
                return proof.Complete ? ExitCodes.Ok : ExitCodes.NotProven;
            }
        );
        return command;
    }

    private static void Write(VerifyReport proof)
    {
        var outcome = proof.Outcome is { } o ? Contracts.QuarryNames.Of(o) : Contracts.QuarryNames.Of(proof.State);
        Console.WriteLine($"run {proof.RunId}  {outcome}  {(proof.Complete ? "COMPLETE" : "NOT PROVEN")}");
        Console.WriteLine(
            $"  seq 1 to {Numbers.Count(proof.SeqLast)}: {Numbers.Count(proof.Stored)} stored, "
                + $"{Numbers.Count(proof.Dropped)} named as dropped"
        );
        foreach (var check in proof.Checks)
            Console.WriteLine($"  {(check.Ok ? "ok  " : "FAIL")}  {check.Name, -18}{check.Detail}");
        foreach (var drop in proof.Drops)
            Console.WriteLine(
                $"  dropped {drop.Type} seq {drop.SeqFirst} to {drop.SeqLast} ({drop.Count}): {Contracts.QuarryNames.Of(drop.Reason)}"
            );
    }
}
