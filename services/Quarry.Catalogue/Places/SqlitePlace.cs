using System.Data;
using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Quarry.Catalogue.Places;

/// <summary>A file. Texts are found by their trigrams, which the database itself keeps up to the runs.</summary>
internal sealed class SqlitePlace(string path) : CataloguePlace
{
    private const int SchemaError = 1;
    private const int Corrupt = 11;
    private const int NotADatabase = 26;

    /// <summary>Shortest text that has a trigram, in characters.</summary>
    private const int TrigramChars = 3;

    /// <summary>
    /// Runs that are picked out by their text at most. A text that more of them have is met soon when runs are read in the
    /// order they are listed in, without sorting all that match.
    /// </summary>
    private const int RareRunsMax = 2_000;

    private const string Trigrams = """
        CREATE VIRTUAL TABLE runs_text USING fts5(SearchText, content='runs', content_rowid='Id', tokenize='trigram');
        CREATE TRIGGER runs_text_added AFTER INSERT ON runs BEGIN
            INSERT INTO runs_text(rowid, SearchText) VALUES (new.Id, new.SearchText);
        END;
        CREATE TRIGGER runs_text_gone AFTER DELETE ON runs BEGIN
            INSERT INTO runs_text(runs_text, rowid, SearchText) VALUES ('delete', old.Id, old.SearchText);
        END;
        CREATE TRIGGER runs_text_changed AFTER UPDATE OF SearchText ON runs BEGIN
            INSERT INTO runs_text(runs_text, rowid, SearchText) VALUES ('delete', old.Id, old.SearchText);
            INSERT INTO runs_text(rowid, SearchText) VALUES (new.Id, new.SearchText);
        END;
        """;

    internal override DbContextOptions<CatalogueContext> Options =>
        new DbContextOptionsBuilder<CatalogueContext>().UseSqlite($"Data Source={path}").Options;

    /// <summary>
    /// The library takes no lock of a writer with this one only. In WAL mode a transaction sees the moment of its first read.
    /// </summary>
    internal override IsolationLevel OneMoment => IsolationLevel.ReadUncommitted;

    internal override CataloguePlace Beside => new SqlitePlace(Part);

    private string Part => path + ".part";

    /// <inheritdoc/>
    public override string ToString() => path;

    internal override async Task PrepareAsync(CatalogueContext context, CancellationToken cancellation)
    {
        var version = await context.Database.SqlQueryRaw<long>("PRAGMA user_version").ToListAsync(cancellation);
        if (version[0] is not (0 or Version))
            await RemoveAsync(context, cancellation);
        if (await context.Database.EnsureCreatedAsync(cancellation))
            _ = await context.Database.ExecuteSqlRawAsync(Trigrams, cancellation);
        _ = await context.Database.ExecuteSqlRawAsync($"PRAGMA user_version = {Version}", cancellation);
        _ = await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation);
    }

    internal override async Task RemoveAsync(CatalogueContext context, CancellationToken cancellation)
    {
        SqliteConnection.ClearAllPools();
        _ = await context.Database.EnsureDeletedAsync(cancellation);
        // What belongs to a file that is gone would be taken for the next one's.
        Remove(path);
    }

    internal override Task ReplaceAsync(CancellationToken cancellation)
    {
        Remove(path);
        File.Move(Part, path);
        return Task.CompletedTask;
    }

    internal override Task AnalyzeAsync(CatalogueContext context, CancellationToken cancellation) =>
        context.Database.ExecuteSqlRawAsync("PRAGMA analysis_limit = 1000; ANALYZE", cancellation);

    internal override bool IsDamage(DbException error) =>
        error is SqliteException { SqliteErrorCode: Corrupt or NotADatabase or SchemaError };

    internal override async Task<IQueryable<RunRow>> MatchesAsync(
        CatalogueContext context,
        string text,
        CancellationToken cancellation
    )
    {
        if (text.EnumerateRunes().Count() < TrigramChars || text.Contains('\0', StringComparison.Ordinal))
            return context.Runs;
        var phrase = $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
        var rare = await context
            .Database.SqlQuery<long>(
                $"SELECT rowid AS Value FROM runs_text WHERE runs_text MATCH {phrase} LIMIT {RareRunsMax + 1}"
            )
            .ToListAsync(cancellation);
        return rare.Count > RareRunsMax ? context.Runs : context.Runs.Where(r => rare.Contains(r.Id));
    }

    internal override void Close()
    {
        using var connection = new SqliteConnection($"Data Source={path}");
        SqliteConnection.ClearPool(connection);
    }

    /// <summary>A database file and what belongs to it.</summary>
    private static void Remove(string path)
    {
        foreach (var suffix in new[] { "", "-wal", "-shm" })
            File.Delete(path + suffix);
    }
}
