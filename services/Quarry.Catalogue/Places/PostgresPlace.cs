using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Quarry.Contracts.Lode;

namespace Quarry.Catalogue.Places;

/// <summary>
/// A schema of its own in a database that is there. Its comment says that it is Quarry's, and of which version: a schema
/// that does not say so is not touched. Texts are found by their trigrams where the extension is to be had.
/// </summary>
internal sealed class PostgresPlace : CataloguePlace
{
    private const string Schema = "quarry";
    private const string Comment = "Quarry catalogue ";

    /// <summary>Held while tables are made or replaced, so that two writers that start at once do it one after another.</summary>
    private const long MakingLock = 0x5175_6172_7279;

    private readonly string connection;
    private readonly string schema;

    public PostgresPlace(string connection, string schema = Schema)
    {
        this.schema = schema;
        this.connection = new NpgsqlConnectionStringBuilder(connection)
        {
            SearchPath = $"{schema},public",
        }.ConnectionString;
    }

    internal override DbContextOptions<CatalogueContext> Options =>
        new DbContextOptionsBuilder<CatalogueContext>().UseNpgsql(connection).Options;

    internal override IsolationLevel OneMoment => IsolationLevel.RepeatableRead;

    internal override CataloguePlace Beside => new PostgresPlace(connection, Part);

    private string Part => schema + "_next";

    /// <inheritdoc/>
    public override string ToString()
    {
        var parts = new NpgsqlConnectionStringBuilder(connection);
        return $"PostgreSQL, host {parts.Host}, database {parts.Database ?? parts.Username}, schema {schema}";
    }

    internal override async Task PrepareAsync(CatalogueContext context, CancellationToken cancellation)
    {
        await using (var making = await MakeAsync(context, cancellation))
        {
            if (await CommentAsync(context, schema, cancellation) == $"{Comment}{Version}")
                return;
            await DropAsync(context, schema, cancellation);
            await ExecuteAsync(
                context,
                $"CREATE SCHEMA {schema}; COMMENT ON SCHEMA {schema} IS '{Comment}{Version}'",
                cancellation
            );
            await context.GetService<IRelationalDatabaseCreator>().CreateTablesAsync(cancellation);
            await making.CommitAsync(cancellation);
        }
        await IndexTextsAsync(context, cancellation);
    }

    internal override async Task RemoveAsync(CatalogueContext context, CancellationToken cancellation)
    {
        await using var making = await MakeAsync(context, cancellation);
        await DropAsync(context, schema, cancellation);
        await making.CommitAsync(cancellation);
    }

    internal override async Task ReplaceAsync(CancellationToken cancellation)
    {
        await using var context = new CatalogueContext(Options);
        await using var making = await MakeAsync(context, cancellation);
        await DropAsync(context, schema, cancellation);
        await ExecuteAsync(context, $"ALTER SCHEMA {Part} RENAME TO {schema}", cancellation);
        await making.CommitAsync(cancellation);
    }

    internal override Task AnalyzeAsync(CatalogueContext context, CancellationToken cancellation) =>
        ExecuteAsync(context, "ANALYZE runs, labels, samples, fields", cancellation);

    internal override bool IsDamage(DbException error) =>
        error
            is PostgresException { SqlState: PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedColumn };

    internal override void Close()
    {
        using var one = new NpgsqlConnection(connection);
        NpgsqlConnection.ClearPool(one);
    }

    private static async Task<IDbContextTransaction> MakeAsync(CatalogueContext context, CancellationToken cancellation)
    {
        var transaction = await context.Database.BeginTransactionAsync(cancellation);
        await ExecuteAsync(context, $"SELECT pg_advisory_xact_lock({MakingLock})", cancellation);
        return transaction;
    }

    private static async Task DropAsync(CatalogueContext context, string schema, CancellationToken cancellation)
    {
        var comment = await CommentAsync(context, schema, cancellation);
        if (comment is not null && !comment.StartsWith(Comment, StringComparison.Ordinal))
            throw new LodeException(
                $"The database has a schema '{schema}' that is not Quarry's catalogue. Name another database in "
                    + $"ConnectionStrings__{ConnectionName}; nothing was changed."
            );
        await ExecuteAsync(context, $"DROP SCHEMA IF EXISTS {schema} CASCADE", cancellation);
    }

    /// <summary>The comment of a schema, empty when it has none; null when there is no such schema.</summary>
    private static async Task<string?> CommentAsync(
        CatalogueContext context,
        string schema,
        CancellationToken cancellation
    ) =>
        await context
            .Database.SqlQuery<string>(
                $"""
                SELECT coalesce(obj_description(oid, 'pg_namespace'), '') AS "Value"
                FROM pg_namespace WHERE nspname = {schema}
                """
            )
            .SingleOrDefaultAsync(cancellation);

    /// <summary>Without the extension, or the right to have it, texts are still found, by reading the runs.</summary>
    private static async Task IndexTextsAsync(CatalogueContext context, CancellationToken cancellation)
    {
        try
        {
            await ExecuteAsync(
                context,
                """
                CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
                CREATE INDEX IF NOT EXISTS runs_text ON runs USING gin ("SearchText" gin_trgm_ops)
                """,
                cancellation
            );
        }
        catch (PostgresException e)
            when (e.SqlState
                    is PostgresErrorCodes.InsufficientPrivilege
                        or PostgresErrorCodes.UndefinedFile
                        or PostgresErrorCodes.UndefinedObject
                        or PostgresErrorCodes.FeatureNotSupported
            )
        {
            await ExecuteAsync(
                context,
                "COMMENT ON TABLE runs IS 'No index of texts: the extension pg_trgm is not to be had in schema public'",
                cancellation
            );
        }
    }

    private static Task ExecuteAsync(CatalogueContext context, string sql, CancellationToken cancellation) =>
        context.Database.ExecuteSqlRawAsync(sql, cancellation);
}
