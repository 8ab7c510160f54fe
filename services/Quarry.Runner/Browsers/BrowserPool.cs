using Quarry.Contracts.Runs;
using Quarry.Runner.Telemetry;
using Quarry.Runtime.Browsers;
using Quarry.Runtime.Executors;

namespace Quarry.Runner.Browsers;

/// <summary>
/// Browsers that runs share, each in a fresh context. One that does not answer is replaced before it is lent, one that has
/// served its time when its last run has ended; nothing of a run stays in it.
/// </summary>
internal sealed partial class BrowserPool(
    BrowserPoolSettings settings,
    ExecutorOptions options,
    Sandbox sandbox,
    RunnerMeter meter,
    TimeProvider clock,
    ILogger<BrowserPool> logger
) : BackgroundService, IBrowserSource
{
    private const int Tries = 3;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim gate = new(1);
    private readonly List<PooledBrowser> browsers = [];
    private int contexts;

    /// <summary>Browsers that are there.</summary>
    public int Running => browsers.Count;

    /// <summary>Contexts that runs have of them.</summary>
    public int Lent => contexts;

    /// <inheritdoc/>
    public async Task<IBrowserLease> LeaseAsync(RunRecord run, string? proxyServer, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var browser = await TakeAsync(cancellation);
            try
            {
                var contextId = await browser.OpenContextAsync(proxyServer);
                return new BrowserLease(this, browser, contextId);
            }
            catch (BrowserUnavailableException e)
            {
                await GiveBackAsync(browser, e.Message);
                if (attempt == Tries)
                    throw;
            }
        }
    }

    /// <summary>A run has ended. A browser that could not close its context is closed itself, when nobody else uses it.</summary>
    public async Task ReturnAsync(PooledBrowser browser, string contextId)
    {
        string? fault = null;
        try
        {
            await browser.Browser.CloseContextAsync(contextId);
        }
        catch (BrowserUnavailableException e)
        {
            fault = e.Message;
        }
        await GiveBackAsync(browser, fault);
    }

    /// <inheritdoc/>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        // Also when the host has no more patience: a browser that is closed in order leaves no profile behind.
        await gate.WaitAsync(CancellationToken.None);
        foreach (var browser in browsers)
            await browser.Browser.DisposeAsync();
        browsers.Clear();
        _ = gate.Release();
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        gate.Dispose();
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        meter.WatchBrowsers(() => Running, () => Lent);
        using var timer = new PeriodicTimer(LookEvery, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
            await LookAsync(stoppingToken);
    }

    private async Task LookAsync(CancellationToken stopping)
    {
        await gate.WaitAsync(stopping);
        try
        {
            foreach (var browser in browsers.ToList())
            {
                if (browser.Browser.Gone.IsCompleted)
                    Retire(browser, "it ended by itself");
                else if (browser.IsIdleFor(settings.IdleMs))
                    Retire(browser, "nobody used it");
                else if ((browser.WhyRetire(settings) ?? browser.WhyTooLarge(settings)) is { } why)
                    Retire(browser, why);
                await CloseIfDoneAsync(browser);
            }
        }
        finally
        {
            _ = gate.Release();
        }
    }

    private async Task<PooledBrowser> TakeAsync(CancellationToken cancellation)
    {
        await gate.WaitAsync(cancellation);
        try
        {
            var browser = await FindAsync() ?? await AddAsync(cancellation);
            browser.Take();
            contexts++;
            return browser;
        }
        finally
        {
            _ = gate.Release();
        }
    }

    /// <summary>One that has room and answers; one that does not answer is left to its runs and taken by nobody else.</summary>
    private async Task<PooledBrowser?> FindAsync()
    {
        foreach (var browser in browsers.ToList())
        {
            if (browser.IsRetired || browser.InUse >= settings.RunsAtOnceMax)
                continue;
            if (await browser.Browser.AnswersAsync())
                return browser;
            Retire(browser, "it does not answer");
            await CloseIfDoneAsync(browser);
        }
        return null;
    }

    private async Task<PooledBrowser> AddAsync(CancellationToken cancellation)
    {
        var lent = settings.Endpoint is { Length: > 0 } endpoint
            ? await LentBrowser.ConnectAsync(endpoint, clock, cancellation)
            : await StartOwnAsync();
        var browser = new PooledBrowser(lent, clock);
        browsers.Add(browser);
        Log.Started(logger, browsers.Count);
        return browser;
    }

    private Task<LentBrowser> StartOwnAsync()
    {
        if (sandbox.Refusal is { } refusal)
            throw new BrowserUnavailableException(refusal);
        if (sandbox.WhyOff is { } why)
            Log.Unsandboxed(logger, why);
        return LentBrowser.StartAsync(options, clock);
    }

    private async Task GiveBackAsync(PooledBrowser browser, string? fault)
    {
        await gate.WaitAsync(CancellationToken.None);
        try
        {
            browser.GiveBack();
            contexts--;
            if ((fault ?? browser.WhyRetire(settings)) is { } why)
                Retire(browser, why);
            await CloseIfDoneAsync(browser);
        }
        finally
        {
            _ = gate.Release();
        }
    }

    private void Retire(PooledBrowser browser, string why)
    {
        if (browser.IsRetired)
            return;
        browser.IsRetired = true;
        meter.BrowserRetired();
        Log.Retired(logger, why, browser.Served, browser.InUse);
    }

    private async Task CloseIfDoneAsync(PooledBrowser browser)
    {
        if (!browser.IsRetired || browser.InUse > 0 || !browsers.Remove(browser))
            return;
        await browser.Browser.DisposeAsync();
    }

    private static partial class Log
    {
        [LoggerMessage(3703, LogLevel.Warning, "A browser runs without its sandbox: {Why}")]
        public static partial void Unsandboxed(ILogger logger, string why);

        [LoggerMessage(3701, LogLevel.Information, "A browser was started; there are {Count}")]
        public static partial void Started(ILogger logger, int count);

        [LoggerMessage(
            3702,
            LogLevel.Information,
            "A browser takes no more runs: {Why}. It served {Served}; {InUse} still use it"
        )]
        public static partial void Retired(ILogger logger, string why, int served, int inUse);
    }
}

/// <summary>A context that one run has.</summary>
internal sealed class BrowserLease(BrowserPool pool, PooledBrowser browser, string contextId) : IBrowserLease
{
    /// <inheritdoc/>
    public string Endpoint => browser.Browser.Endpoint;

    /// <inheritdoc/>
    public string ContextId => contextId;

    /// <inheritdoc/>
    public long MemoryBytes() => browser.Browser.MemoryBytes() / Math.Max(1, browser.InUse);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await pool.ReturnAsync(browser, contextId);
}
