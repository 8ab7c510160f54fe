namespace Quarry.Contracts.Lode;

/// <summary>The substrate could not do what was asked; the message names the store, the key and the next step.</summary>
public sealed class LodeException : Exception
{
    /// <summary>An error without details; prefer one with a message.</summary>
    public LodeException() { }

    /// <summary>An error with what happened, to what, why and what next.</summary>
    public LodeException(string message)
        : base(message) { }

    /// <summary>An error with its cause.</summary>
    public LodeException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>Stable code for callers.</summary>
    public AppendStatus Status { get; init; } = AppendStatus.StorageFailed;
}
