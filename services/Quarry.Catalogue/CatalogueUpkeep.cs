using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quarry.Catalogue.Places;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Lode.Read;
using Quarry.Lode.Stores;

namespace Quarry.Catalogue;

/// <summary>
/// Brings the catalogue up to the log: made when missing, made anew when it is damaged or of another version, and
/// compared with the log: runs it lacks, that had not ended, or whose figures it lacks are read again.
/// </summary>
public sealed partial class CatalogueUpkeep
{
    private const int RunsPerGroup = 500;
    private const int CompareEvery = 100;

    private readonly IDbContextFactory<CatalogueContext> contexts;
    private readonly CataloguePlace place;
    private readonly RunCatalogue catalogue;
    private readonly Func<LodeReader> log;
    private readonly ILogger logger;

    internal CatalogueUpkeep(
        IDbContextFactory<CatalogueContext> contexts,
        CataloguePlace place,
        RunCatalogue catalogue,
        Func<LodeReader> log,
        ILogger logger
    )
    {
        this.contexts = contexts;
        this.place = place;
        this.catalogue = catalogue;
        this.log = log;
        this.logger = logger;
    }

    /// <summary>Makes the catalogue anew beside the one that is there, and puts it in its place when it is whole.</summary>
    /// <param name="place">Where it lies; no Lode writer may serve the storage.</param>
    /// <param name="log">Reads the log.</param>
    /// <param name="onProgress">Told of the runs that were read.</param>
    /// <param name="logger">Takes what is worth saying.</param>
    /// <param name="cancellation">Stops it; the catalogue that was there stays.</param>
    /// <returns>How many runs it has.</returns>
    /// <exception cref="LodeException">The place cannot be used; the message says why.</exception>
    public static async Task<long> RebuildAsync(
        CataloguePlace place,
        LodeReader log,
        Action<long> onProgress,
        ILoggerFactory logger,
        CancellationToken cancellation
    )
    {
        try
        {
            long runs;
            await using (var made = new CatalogueConnection(place.Beside, () => log, logger))
            {
                await made.Upkeep.RemoveAsync(cancellation);
                await made.Upkeep.PrepareAndCompareAsync(onProgress, cancellation);
                runs = await made.Catalogue.CountAsync(cancellation);
            }
            await place.ReplaceAsync(cancellation);
            return runs;
        }
        catch (Exception e) when (DatabaseError.Of(e) is { } cause)
        {
            throw Unusable(place, cause);
        }
    }

    /// <summary>Brings the catalogue up to the log.</summary>
    /// <exception cref="LodeException">The place cannot be used; the message says why.</exception>
    public async Task BringUpAsync(CancellationToken cancellation)
    {
        try
        {
            await PrepareAndCompareAsync(_ => { }, cancellation);
        }
        catch (Exception e) when (DatabaseError.Of(e) is { } cause && place.IsDamage(cause))
        {
            Log.Damaged(logger, e);
            await RemoveAsync(cancellation);
            await PrepareAndCompareAsync(_ => { }, cancellation);
        }
        catch (Exception e) when (DatabaseError.Of(e) is { } cause)
        {
            throw Unusable(place, cause);
        }
    }

    private static LodeException Unusable(CataloguePlace place, DbException e) =>
        new(
            $"The catalogue ({place}) cannot be used: {e.Message} Mend that and start again, or leave "
                + $"ConnectionStrings__{CataloguePlace.ConnectionName} away to keep the catalogue in a file.",
            e
        );

    private async Task PrepareAndCompareAsync(Action<long> onProgress, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await place.PrepareAsync(context, cancellation);
        await CompareAsync(onProgress, cancellation);
        await place.AnalyzeAsync(context, cancellation);
    }

    private async Task CompareAsync(Action<long> onProgress, CancellationToken cancellation)
    {
        var known = await catalogue.WholeByRunAsync(cancellation);
        var reader = log();
        var newer = new List<CatalogueEntry>();
        var (looked, taken) = (0L, 0L);
        await foreach (var runId in reader.RunIdsAsync(cancellation))
        {
            var isKnownFact = known.Remove(runId, out var isWhole) && isWhole;
            if (!isKnownFact && await reader.FindRunAsync(runId, cancellation) is { } run)
                newer.Add(new(run, await FiguresAsync(reader, run, cancellation)));
            if (++looked % CompareEvery == 0)
                onProgress(looked);
            if (newer.Count < RunsPerGroup)
                continue;
            taken += newer.Count;
            await catalogue.ReconcileAsync(newer, [], cancellation);
            newer.Clear();
        }
        taken += newer.Count;
        await catalogue.ReconcileAsync(newer, [.. known.Keys], cancellation);
        Log.Compared(logger, taken, known.Count);
    }

    private async Task<RunFigures?> FiguresAsync(LodeReader reader, RunRecord run, CancellationToken cancellation)
    {
        try
        {
            return await RunFigures.ReadAsync(reader, run, cancellation);
        }
        catch (StoreException e) when (e.Error == StoreError.Failed)
        {
            Log.NoFigures(logger, run.RunId, e.Message);
            return null;
        }
    }

    private async Task RemoveAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        await place.RemoveAsync(context, cancellation);
    }

    private static partial class Log
    {
        [LoggerMessage(3002, LogLevel.Warning, "The catalogue is damaged; it is built again from the log")]
        public static partial void Damaged(ILogger logger, Exception e);

        [LoggerMessage(
            3003,
            LogLevel.Information,
            "Catalogue compared with the log: {Taken} runs taken over, {Gone} forgotten"
        )]
        public static partial void Compared(ILogger logger, long taken, int gone);

        [LoggerMessage(
            3004,
            LogLevel.Warning,
            "Run {RunId} is listed without its samples and fields. {Message} Run 'quarry verify' on it."
        )]
        public static partial void NoFigures(ILogger logger, string runId, string message);
    }
}
