namespace Quarry.Lode.Sql;

/// <summary>A query could not be answered; the message says why and what to change.</summary>
public sealed class QueryException : Exception
{
    /// <summary>An error without details; prefer one with a message.</summary>
    public QueryException() { }

    /// <summary>An error with what happened and what next.</summary>
    public QueryException(string message)
        : base(message) { }

    /// <summary>An error with its cause.</summary>
    public QueryException(string message, Exception inner)
        : base(message, inner) { }
}
