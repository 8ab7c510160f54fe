using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Catalogue;
using Quarry.Cli.Output;
using Quarry.Lode;

namespace Quarry.Cli.Commands;

/// <summary><c>quarry reindex</c>: the catalogue of a storage, built again from the log.</summary>
internal static class ReindexCommand
{
    public static Command Create()
    {
        var storage = SharedOptions.Storage();
        var command = new Command("reindex", "Build the catalogue of runs again from what is stored.") { storage };
        command.SetAction(
            async (parsed, cancellation) =>
            {
                var root = parsed.GetValue(storage)!;
                await using var lode = await OpenedStorage.OpenAsync(root);
                if (lode.OtherWriters() is [var writer, ..])
                    throw new UsageException(
                        $"'{root}' is being written to by {writer}. Stop it first: a Lode writer brings its catalogue up "
                            + "to the log by itself when it starts. The catalogue is as it was."
                    );
                var folder = new LodeOptions { Root = root }.LocalFolder;
                var runs = await CatalogueFile.RebuildAsync(
                    folder,
                    lode.Reader,
                    Show,
                    NullLoggerFactory.Instance,
                    cancellation
                );
                Console.WriteLine($"{Numbers.Count(runs)} runs in {CatalogueFile.PathBelow(folder)}");
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    private static void Show(long runs)
    {
        if (!Console.IsErrorRedirected)
            Console.Error.Write($"\r{Numbers.Count(runs)} runs read ");
    }
}
