namespace Quarry.Cli.Servers;

/// <summary>A server refused a call, or does not answer; the message says what to do.</summary>
internal sealed class ServerException : Exception
{
    public ServerException() { }

    public ServerException(string message)
        : base(message) { }

    public ServerException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>True when a later try may succeed: nobody answered, or a service behind the door was away.</summary>
    public bool IsAway { get; init; }

    /// <summary>True when there is nothing under the address.</summary>
    public bool IsNotFound { get; init; }
}
