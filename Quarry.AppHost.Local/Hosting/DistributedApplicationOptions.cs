namespace Aspire.Hosting;

/// <summary>How an application is made.</summary>
public sealed class DistributedApplicationOptions
{
    /// <summary>Command line: <c>--key value</c> pairs become settings.</summary>
    public string[]? Args { get; set; }
}

/// <summary>The application cannot start, and the message says why and what to do.</summary>
/// <param name="message">What happened, to what, why, what next.</param>
public class DistributedApplicationException(string message) : Exception(message);
