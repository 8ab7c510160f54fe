using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Browsers;

/// <summary>Lends browsers to runs that ask for one (CONTRACT_IPC, IPC-33).</summary>
public interface IBrowserSource
{
    /// <summary>A fresh context of a browser that answers, for this run alone until it is disposed.</summary>
    /// <param name="run">The run that asks.</param>
    /// <param name="proxyServer">All traffic of the context goes there, without exception; directly when null.</param>
    /// <param name="cancellation">Ends the waiting: the run is over.</param>
    /// <exception cref="BrowserUnavailableException">There is none; the message says why and what to do.</exception>
    Task<IBrowserLease> LeaseAsync(RunRecord run, string? proxyServer, CancellationToken cancellation);
}

/// <summary>A context of a browser that one run has until this is disposed; then it is closed with its pages.</summary>
public interface IBrowserLease : IAsyncDisposable
{
    /// <summary>Where the browser is: a ws: address.</summary>
    string Endpoint { get; }

    /// <summary>The context.</summary>
    string ContextId { get; }

    /// <summary>The run's share of the browser's memory, in bytes: runs that share a browser are counted alike.</summary>
    long MemoryBytes();
}

/// <summary>No browser can be had; a run that needs one ends with this message.</summary>
public sealed class BrowserUnavailableException : Exception
{
    /// <summary>An error without details; prefer one with a message.</summary>
    public BrowserUnavailableException() { }

    /// <summary>What is missing, why, and what to do.</summary>
    public BrowserUnavailableException(string message)
        : base(message) { }

    /// <summary>What is missing, with its cause.</summary>
    public BrowserUnavailableException(string message, Exception inner)
        : base(message, inner) { }
}
