namespace Quarry.Lode.Stores;

/// <summary>What kind of thing went wrong in a store.</summary>
public enum StoreError
{
    /// <summary>Reading or writing failed.</summary>
    Failed,

    /// <summary>The folder, bucket or container is not there.</summary>
    NotFound,

    /// <summary>Something else lies where the object should.</summary>
    Exists,

    /// <summary>Permission or credentials are missing.</summary>
    Denied,

    /// <summary>The store asks for fewer requests.</summary>
    Throttled,

    /// <summary>There is no room left.</summary>
    Full,

    /// <summary>No answer came in time.</summary>
    Timeout,

    /// <summary>The store could not be reached, or the connection broke.</summary>
    Network,

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
    public static StoreException From(Exception cause, string store, string key) =>
        Of(Classify(cause), cause, store, key);

    /// <summary>From a cause of a known kind, with the next step that helps against it.</summary>
    public static StoreException Of(
        StoreError error,
        Exception cause,
        string store,
        string key,
        int attempts = 1,
        string? text = null
    )
    {
        var next = error switch
        {
            StoreError.NotFound => "Create the folder, bucket or container, or check its name.",
            StoreError.Exists => "Move away what lies there, or choose another storage.",
            StoreError.Denied =>
                "Give this user the right to read, write, list and delete there and check the credentials, "
                    + "or choose another storage.",
            StoreError.Throttled => "Try again later, or raise the limit of requests there.",
            StoreError.Full => "Free some space there, or choose another storage.",
            StoreError.Timeout => "Check that the store is up and the network fast enough, then try again.",
            StoreError.Network => "Check the address and the network, then try again.",
            _ => "Check the disk and the path, or the store's own log.",
        };
        var tried = attempts > 1 ? $" (tried {attempts} times)" : "";
        return new($"{store}: '{key}' failed{tried}: {(text ?? cause.Message).TrimEnd()} {next}", cause)
        {
            Error = error,
        };
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
            DirectoryNotFoundException => StoreError.NotFound,
            IOException { HResult: efbig or enospc or edquot } => StoreError.Full,
            StoreException inner => inner.Error,
            _ => StoreError.Failed,
        };
    }
}
