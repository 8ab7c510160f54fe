using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quarry.Contracts.Runs;
using Quarry.Lode.Read;

namespace Quarry.Catalogue;

/// <summary>
/// Brings the catalogue's file up to the log: made when missing, made anew when it is damaged or of another version, and
/// compared with the log: runs it lacks or that had not ended are read again.
/// </summary>
public sealed partial class CatalogueFile
{
    private const int SchemaVersion = 1;
    private const int SchemaError = 1;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    private const int RunsPerGroup = 500;
    private const int CompareEvery = 100;

    private readonly IDbContextFactory<CatalogueContext> contexts;
    private readonly RunCatalogue catalogue;
    private readonly Func<LodeReader> log;
    private readonly ILogger logger;

    internal CatalogueFile(
        IDbContextFactory<CatalogueContext> contexts,
        RunCatalogue catalogue,
        Func<LodeReader> log,
        ILogger logger
    )
    {
        this.contexts = contexts;
        this.catalogue = catalogue;
        this.log = log;
        this.logger = logger;
    }

    /// <summary>Path of the file below a storage's local folder.</summary>
    public static string PathBelow(string root) => Path.Combine(root, "catalogue.db");

    /// <summary>Makes the catalogue anew beside the one that is there, and puts it in its place when it is whole.</summary>
    /// <param name="root">The storage's local folder; no Lode writer may serve the storage.</param>
    /// <param name="log">Reads the log.</param>
    /// <param name="onProgress">Told of the runs that were read.</param>
    /// <param name="logger">Takes what is worth saying.</param>
    /// <param name="cancellation">Stops it; the catalogue that was there stays.</param>
    /// <returns>How many runs it has.</returns>
    public static async Task<long> RebuildAsync(
        string root,
        LodeReader log,
        Action<long> onProgress,
        ILoggerFactory logger,
        CancellationToken cancellation
    )
    {
        var part = PathBelow(root) + ".part";
        Remove(part);
        await using (var made = new CatalogueConnection(part, () => log, logger))
        {
            await made.File.PrepareAsync(cancellation);
            await made.File.CompareAsync(onProgress, cancellation);
        }
        Remove(PathBelow(root));
        File.Move(part, PathBelow(root));
        await using var opened = new CatalogueConnection(PathBelow(root), () => log, logger);
        return await opened.Catalogue.CountAsync(cancellation);
    }

    /// <summary>Brings the catalogue up to the log.</summary>
    public async Task BringUpAsync(CancellationToken cancellation)
    {
        try
        {
            await PrepareAsync(cancellation);
            await CompareAsync(_ => { }, cancellation);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase or SchemaError)
        {
            Log.Damaged(logger, e);
            await RemoveAsync(cancellation);
            await PrepareAsync(cancellation);
            await CompareAsync(_ => { }, cancellation);
        }
    }

    private async Task CompareAsync(Action<long> onProgress, CancellationToken cancellation)
    {
        var known = await catalogue.EndedByRunAsync(cancellation);
        var reader = log();
        var newer = new List<RunRecord>();
        var (looked, taken) = (0L, 0L);
        await foreach (var runId in reader.RunIdsAsync(cancellation))
        {
            var isKnownFact = known.Remove(runId, out var hasEnded) && hasEnded;
            if (!isKnownFact && await reader.FindRunAsync(runId, cancellation) is { } run)
                newer.Add(run);
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

    private async Task PrepareAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var version = await context.Database.SqlQueryRaw<long>("PRAGMA user_version").ToListAsync(cancellation);
        if (version[0] is not (0 or SchemaVersion))
            await RemoveAsync(cancellation);
        _ = await context.Database.EnsureCreatedAsync(cancellation);
        _ = await context.Database.ExecuteSqlRawAsync($"PRAGMA user_version = {SchemaVersion}", cancellation);
        _ = await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation);
    }

    private async Task RemoveAsync(CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        SqliteConnection.ClearAllPools();
        _ = await context.Database.EnsureDeletedAsync(cancellation);
    }

    /// <summary>A database file and what belongs to it.</summary>
    private static void Remove(string path)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            File.Delete(path + suffix);
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
    }
}
