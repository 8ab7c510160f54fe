namespace Quarry.Dashboard.Services;

/// <summary>A service refused, failed or did not answer; the message is for people and says what to do next.</summary>
internal sealed class ServiceFailedException : Exception
{
    public ServiceFailedException() { }

    public ServiceFailedException(string message)
        : base(message) { }

    public ServiceFailedException(string message, Exception inner)
        : base(message, inner) { }

    /// <summary>Messages by field of the request, when the service named some; empty otherwise.</summary>
    public IReadOnlyDictionary<string, string[]> Errors { get; init; } = new Dictionary<string, string[]>();

    /// <summary>True when nothing answered: trying again later may help.</summary>
    public bool IsUnreachable { get; init; }
}
