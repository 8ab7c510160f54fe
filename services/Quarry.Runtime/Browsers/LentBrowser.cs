using System.Text.Json;
using System.Text.Json.Nodes;
using Quarry.Runtime.Executors;

namespace Quarry.Runtime.Browsers;

/// <summary>
/// A browser that runs share, each in a context of its own: one that this process started, kept by an executor in its
/// browser mode so that it ends with this process and its profile is removed, or one that others keep.
/// </summary>
public sealed class LentBrowser : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(40);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan ReapWithin = TimeSpan.FromSeconds(5);
    private readonly ExecutorProcess? keeper;
    private readonly DevTools devTools;
    private readonly TimeProvider clock;

    private LentBrowser(ExecutorProcess? keeper, string endpoint, DevTools devTools, TimeProvider clock)
    {
        this.keeper = keeper;
        Endpoint = endpoint;
        this.devTools = devTools;
        this.clock = clock;
    }

    /// <summary>Its ws: address.</summary>
    public string Endpoint { get; }

    /// <summary>Ends when it does, or the connection to it.</summary>
    public Task Gone => devTools.Closed;

    /// <summary>Starts one, and waits until it answers. Nothing is left behind when it does not.</summary>
    /// <exception cref="BrowserUnavailableException">It does not start; the message holds what it said.</exception>
    /// <exception cref="ExecutorNotFoundException">The machine lacks an executor.</exception>
    public static async Task<LentBrowser> StartAsync(ExecutorOptions options, TimeProvider clock)
    {
        var command = ExecutorLocator.LocateMode(options, "--browser");
        var started = ExecutorProcess.Start(command, ProcessOwner.Self.ToString(), options);
        var saying = new StreamReader(started.Error).ReadToEndAsync();
        try
        {
            using var output = new StreamReader(started.Output);
            var line = await output.ReadLineAsync().WaitAsync(ReadyWithin, clock);
            var endpoint = line is null ? null : JsonNode.Parse(line)?["endpoint"]?.GetValue<string>();
            if (endpoint is null)
                throw new BrowserUnavailableException($"No browser could be started. {(await saying).Trim()}");
            return new(started, endpoint, await DevTools.ConnectAsync(endpoint, CancellationToken.None), clock);
        }
        catch (Exception e)
        {
            await EndAsync(started, clock);
            if (e is TimeoutException or JsonException)
                throw new BrowserUnavailableException(
                    $"No browser could be started: {e.Message} {(await saying).Trim()}",
                    e
                );
            throw;
        }
    }

    /// <summary>Connects to one that others keep.</summary>
    /// <exception cref="BrowserUnavailableException">It does not answer.</exception>
    public static async Task<LentBrowser> ConnectAsync(
        string endpoint,
        TimeProvider clock,
        CancellationToken cancellation
    ) => new(null, endpoint, await DevTools.ConnectAsync(endpoint, cancellation), clock);

    /// <summary>Whether it answers.</summary>
    public async Task<bool> AnswersAsync()
    {
        try
        {
            _ = await devTools.CallAsync("Browser.getVersion", within: AnswersWithin);
            return true;
        }
        catch (BrowserUnavailableException)
        {
            // The caller replaces it and says so.
            return false;
        }
    }

    /// <summary>
    /// Opens a fresh context; all its traffic goes through the proxy when there is one. It is closed with the connection at
    /// the latest: a browser that others keep is left as it was.
    /// </summary>
    /// <exception cref="BrowserUnavailableException">The browser does not answer, or refuses.</exception>
    public async Task<string> OpenContextAsync(string? proxyServer)
    {
        var parameters = new JsonObject { ["disposeOnDetach"] = true };
        if (proxyServer is not null)
        {
            parameters["proxyServer"] = proxyServer;
            // Without it Chromium goes to loopback addresses directly.
            parameters["proxyBypassList"] = "<-loopback>";
        }
        var result = await devTools.CallAsync("Target.createBrowserContext", parameters);
        return result["browserContextId"]?.GetValue<string>()
            ?? throw new BrowserUnavailableException("The browser opened a context without an id.");
    }

    /// <summary>Opens an empty page in a context.</summary>
    /// <exception cref="BrowserUnavailableException">The browser does not answer, or has no such context.</exception>
    public Task OpenPageAsync(string contextId) =>
        devTools.CallAsync("Target.createTarget", new() { ["url"] = "about:blank", ["browserContextId"] = contextId });

    /// <summary>Closes a context with its pages.</summary>
    /// <exception cref="BrowserUnavailableException">The browser does not answer, or has no such context.</exception>
    public Task CloseContextAsync(string contextId) =>
        devTools.CallAsync("Target.disposeBrowserContext", new() { ["browserContextId"] = contextId });

    /// <summary>Memory of its processes, in bytes; 0 for one that others keep.</summary>
    public long MemoryBytes() => keeper?.MemoryBytes() ?? 0;

    /// <summary>Ends it and removes its profile; from one that others keep only the connection is closed.</summary>
    public async ValueTask DisposeAsync()
    {
        await devTools.DisposeAsync();
        if (keeper is not null)
            await EndAsync(keeper, clock);
    }

    private static async Task EndAsync(ExecutorProcess keeper, TimeProvider clock)
    {
        keeper.Kill();
        _ = await keeper.ReapAsync(isServingOn: false, ReapWithin, clock);
        await keeper.DisposeAsync();
    }
}
