using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Quarry.Catalogue.Places;

/// <summary>Errors of a database, whatever the mapper has wrapped them in: those that may pass come inside of others.</summary>
internal static class DatabaseError
{
    /// <summary>What the database said; null when an error is none of a database.</summary>
    public static DbException? Of(Exception error) =>
        error switch
        {
            DbException cause => cause,
            DbUpdateException or InvalidOperationException => error.InnerException is { } inner ? Of(inner) : null,
            _ => null,
        };
}
