using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Quarry.Contracts.Runs;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Catalogue;

/// <summary>
/// Brings the catalogue's file up to the log at start: made when missing, made anew when it is damaged or of another
/// version, and compared with the log: runs it lacks or that had not ended are read again.
/// </summary>
internal sealed partial class CatalogueFile(
    IDbContextFactory<CatalogueContext> contexts,
    RunCatalogue catalogue,
    LodeHost lode,
    ILogger<CatalogueFile> logger
) : IHostedService
{
    private const int SchemaVersion = 1;
    private const int SchemaError = 1;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>Path of the file below a root.</summary>
    public static string PathBelow(string root) => Path.Combine(root, "catalogue.db");

    /// <inheritdoc/>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PrepareAsync(cancellationToken);
            await CompareAsync(cancellationToken);
        }
        catch (SqliteException e) when (e.SqliteErrorCode is Corrupt or NotADatabase or SchemaError)
        {
            Log.Damaged(logger, e);
            await RemoveAsync(cancellationToken);
            await PrepareAsync(cancellationToken);
            await CompareAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes over what the log has and the catalogue lacks.</summary>
    public async Task CompareAsync(CancellationToken cancellation)
    {
        var known = await catalogue.EndedByRunAsync(cancellation);
        var newer = new List<RunRecord>();
        await foreach (var runId in lode.Store.Reader.RunIdsAsync(cancellation))
        {
            var isSettledFact = known.Remove(runId, out var hasEnded) && hasEnded;
            if (!isSettledFact && await lode.Store.Reader.FindRunAsync(runId, cancellation) is { } run)
                newer.Add(run);
        }
        await catalogue.ReconcileAsync(newer, [.. known.Keys], cancellation);
        Log.Compared(logger, newer.Count, known.Count);
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

    private static partial class Log
    {
        [LoggerMessage(3002, LogLevel.Warning, "The catalogue is damaged; it is built again from the log")]
        public static partial void Damaged(ILogger logger, Exception e);

        [LoggerMessage(
            3003,
            LogLevel.Information,
            "Catalogue compared with the log: {Taken} runs taken over, {Gone} forgotten"
        )]
        public static partial void Compared(ILogger logger, int taken, int gone);
    }
}
