using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Catalogue;
using Quarry.Catalogue.Places;
using Quarry.Cli.Output;
using Quarry.Contracts.Lode;
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
                var place = Place(new LodeOptions { Root = root }.LocalFolder);
                using var bar = ProgressBar.OnError("runs", await OpenedStorage.CountRunsAsync(lode, cancellation));
                var runs = await CatalogueUpkeep.RebuildAsync(
                    place,
                    lode.Reader,
                    read => bar.Report(read),
                    NullLoggerFactory.Instance,
                    cancellation
                );
                bar.Dispose();
                Console.WriteLine($"{Numbers.Count(runs)} runs in {place}");
                return ExitCodes.Ok;
            }
        );
        return command;
    }

    /// <summary>The same variable chooses the catalogue here and in the Lode writer.</summary>
    private static CataloguePlace Place(string folder)
    {
        var variable = $"ConnectionStrings__{CataloguePlace.ConnectionName}";
        try
        {
            return CataloguePlace.Of(Environment.GetEnvironmentVariable(variable), folder);
        }
        catch (LodeException e)
        {
            throw new UsageException($"{e.Message} The catalogue is as it was.", e);
        }
    }
}
