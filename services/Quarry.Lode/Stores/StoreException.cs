namespace Quarry.Lode.Stores;

/// <summary>What kind of thing went wrong in a store.</summary>
public enum StoreError
{
    /// <summary>Reading or writing failed.</summary>
    Failed,

    /// <summary>Permission is missing.</summary>
    Denied,

    /// <summary>There is no room left.</summary>
    Full,

    /// <summary>The store lets a second put-if-absent win; it cannot be used.</summary>
    Unsafe,
}

/// <summary>A store could not do what was asked; the message names store, key and next step.</summary>
public sealed class StoreException : Exception
{
    /// <summary>An error without details; prefer one with a message.</summary>
    public StoreException() { }

    /// <summary>An error with store, key and next step.</summary>
    public StoreException(string message)
        : base(message) { }

    /// <summary>An error with its cause.</summary>
    public StoreException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>What kind.</summary>
    public StoreError Error { get; init; }

    /// <summary>From an exception of the file system.</summary>
    public static StoreException From(Exception cause, string store, string key)
    {
        var error = Classify(cause);
        var next = error switch
        {
            StoreError.Full => "Free some space there, or choose another storage.",
            StoreError.Denied => "Give this user the right to write there, or choose another storage.",
            _ => "Check the disk and the path.",
        };
        return new($"{store}: '{key}' failed: {cause.Message} {next}", cause) { Error = error };
    }

    /// <summary>Which kind an exception of the file system is.</summary>
    public static StoreError Classify(Exception cause)
    {
        const int efbig = 27;
        const int enospc = 28;
        const int edquot = 122;
        return cause switch
        {
            UnauthorizedAccessException => StoreError.Denied,
            IOException { HResult: efbig or enospc or edquot } => StoreError.Full,
            StoreException inner => inner.Error,
            _ => StoreError.Failed,
        };
    }
}
