using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Quarry.Contracts.Lode;

namespace Quarry.Catalogue.Places;

/// <summary>Where a catalogue lies: a file beside the journal, or a PostgreSQL database that several writers share.</summary>
public abstract class CataloguePlace
{
    /// <summary>Version of the tables; a catalogue of another one is built again.</summary>
    internal const int Version = 3;

    /// <summary>Name of the connection string that chooses PostgreSQL.</summary>
    public const string ConnectionName = "catalogue";

    /// <summary>The place that a connection string names; without one, the file in a storage's local folder.</summary>
    /// <exception cref="LodeException">The connection string cannot be read.</exception>
    public static CataloguePlace Of(string? connection, string localFolder)
    {
        if (string.IsNullOrEmpty(connection))
            return new SqlitePlace(PathBelow(localFolder));
        try
        {
            return new PostgresPlace(connection);
        }
        catch (ArgumentException e)
        {
            throw new LodeException(
                $"ConnectionStrings__{ConnectionName} cannot be read: {e.Message} Write it as in "
                    + "'Host=db;Database=quarry;Username=quarry;Password=...'.",
                e
            );
        }
    }

    /// <summary>Path of the file below a storage's local folder.</summary>
    public static string PathBelow(string localFolder) => Path.Combine(localFolder, "catalogue.db");

    internal abstract DbContextOptions<CatalogueContext> Options { get; }

    /// <summary>Isolation in which all reads see one moment, and no writer waits for them.</summary>
    internal abstract IsolationLevel OneMoment { get; }

    /// <summary>The place beside it, where another one is made that takes its place.</summary>
    internal abstract CataloguePlace Beside { get; }

    /// <summary>Makes the tables, unless they are there and of this version.</summary>
    internal abstract Task PrepareAsync(CatalogueContext context, CancellationToken cancellation);

    /// <summary>Removes the tables with all they hold.</summary>
    internal abstract Task RemoveAsync(CatalogueContext context, CancellationToken cancellation);

    /// <summary>Puts the one that was made beside it into its place.</summary>
    internal abstract Task ReplaceAsync(CancellationToken cancellation);

    /// <summary>Brings the planner's figures up to date.</summary>
    internal abstract Task AnalyzeAsync(CatalogueContext context, CancellationToken cancellation);

    /// <summary>True when an error says that what is there is no catalogue any more, so that it is made anew.</summary>
    internal abstract bool IsDamage(DbException error);

    /// <summary>Runs that may have a text in their names or messages; all of them, where no index helps.</summary>
    internal virtual Task<IQueryable<RunRow>> MatchesAsync(
        CatalogueContext context,
        string text,
        CancellationToken cancellation
    ) => Task.FromResult<IQueryable<RunRow>>(context.Runs);

    /// <summary>Gives connections back.</summary>
    internal abstract void Close();
}
