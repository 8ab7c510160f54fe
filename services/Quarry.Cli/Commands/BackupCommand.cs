using System.CommandLine;
using Quarry.Cli.Output;
using Quarry.Lode.Maintenance;
using Quarry.Lode.Stores;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry backup</c>: a copy of a storage that may be written to meanwhile.</summary>
internal static class BackupCommand
{
    private const string Guide = "docs/operations/backup-restore.md";

    public static Command Create()
    {
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var to = new Option<string>("--to")
        {
            Description = "Folder to copy to: a new or an empty one.",
            HelpName = "DIR",
            Required = true,
        };
        var command = new Command("backup", "Copy a storage while runs are written to it.") { storage, to, format };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var root = parsed.GetValue(storage)!;
                var target = Target(parsed.GetValue(to)!, root);
                await using var lode = await OpenedStorage.OpenAsync(root);
                using var bar = ProgressBar.OnError("runs", await OpenedStorage.CountRunsAsync(lode, cancellation));
                var copy = new StorageCopy(lode.Reader, Path.GetFullPath(root), target);
                var report = await copy.RunAsync(runs => bar.Report(runs), cancellation);
                bar.Dispose();
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, report);
                else
                    Console.WriteLine(
                        $"{Numbers.Count(report.Runs)} runs in {Numbers.Count(report.Files)} files, {Numbers.Bytes(report.Bytes)}, "
                            + $"are in {target}. How to bring them back: {Guide}"
                    );
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    private static string Target(string to, string root)
    {
        if (OpenedStorage.Address(root).Kind != StoreKind.Folder)
            throw new UsageException(
                $"'{root}' is no folder. Use the versioning or the replication of that store: {Guide}"
            );
        var target = Path.GetFullPath(to);
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any())
            throw new UsageException(
                $"'{target}' is not empty. Name a new folder: a backup is never mixed with another."
            );
        var isBelow = target.StartsWith(Path.GetFullPath(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);
        return isBelow
            ? throw new UsageException($"'{target}' lies in the storage itself. Name a folder beside it.")
            : target;
    }
}
