using System.CommandLine;
using Quarry.Cli.Output;
using Quarry.Contracts.Lode;
using Quarry.Lode;
using Quarry.Lode.Maintenance;
using Quarry.Lode.Stores;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry gc</c>: names what nobody needs any more, and removes it with <c>--apply</c>.</summary>
internal static class GcCommand
{
    public static Command Create()
    {
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var apply = new Option<bool>("--apply") { Description = "Remove what was found; without it nothing changes." };
        var command = new Command("gc", "Find what crashes left behind, and remove it.") { storage, format, apply };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var root = parsed.GetValue(storage)!;
                await using var lode = await OpenedStorage.OpenAsync(root);
                var report = await CollectAsync(lode, root, !parsed.GetValue(apply), cancellation);
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, report);
                else
                    Write(report);
                return report.Kept.Count == 0 ? ExitCodes.Ok : ExitCodes.NotProven;
            }
        );
        return command;
    }

    private static async Task<GcReport> CollectAsync(
        LodeStore lode,
        string root,
        bool isDryRun,
        CancellationToken cancellation
    )
    {
        try
        {
            var collector = new GarbageCollector(lode.Objects, new() { Root = root }, TimeProvider.System);
            using var bar = ProgressBar.OnError("runs", await OpenedStorage.CountRunsAsync(lode, cancellation));
            return await collector.RunAsync(
                isDryRun,
                (runs, found) => bar.Report(runs, $"{Numbers.Count(found)} objects to remove"),
                cancellation
            );
        }
        catch (StoreException e)
        {
            throw new LodeException($"gc stopped; run it again to go on. {e.Message}", e);
        }
    }

    private static void Write(GcReport report)
    {
        foreach (var item in report.Items)
            Console.WriteLine($"  {item.Reason, -15} {Printable.Of(item.Key)}");
        foreach (var run in report.Kept)
            Console.WriteLine($"  kept as it is   {Printable.Of(run)}");
        var (done, next) = report.IsDryRun
            ? ("can go", report.Items.Count == 0 ? "" : " Remove it with --apply.")
            : ("removed", "");
        Console.WriteLine(
            $"{Numbers.Count(report.Runs)} runs looked at, {Numbers.Count(report.Items.Count)} objects {done}.{next}"
        );
    }
}
