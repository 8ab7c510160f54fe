using Quarry.Runtime.Browsers;

namespace Quarry.Runner.Browsers;

/// <summary>A browser with what is known of its use. Its pool guards it.</summary>
internal sealed class PooledBrowser(LentBrowser browser, TimeProvider clock)
{
    private const long BytesPerMb = 1024 * 1024;
    private readonly long startedAt = clock.GetTimestamp();
    private long idleSince = clock.GetTimestamp();
    private readonly Lock gate = new();
    private Task<string?>? ahead;

    public LentBrowser Browser => browser;

    /// <summary>Runs that have a context of it.</summary>
    public int InUse { get; private set; }

    /// <summary>Runs that it has served, those that go on included.</summary>
    public int Served { get; private set; }

    /// <summary>True when it takes no more runs.</summary>
    public bool IsRetired { get; set; }

    public void Take()
    {
        InUse++;
        Served++;
    }

    /// <summary>
    /// A fresh context for a run. One that needs no proxy has an empty page, and was opened ahead unless others were faster.
    /// </summary>
    /// <exception cref="BrowserUnavailableException">The browser does not answer, or refuses.</exception>
    public async Task<string> OpenContextAsync(string? proxyServer)
    {
        if (proxyServer is not null)
            return await browser.OpenContextAsync(proxyServer);
        var contextId = await TakeAheadAsync() ?? await OpenWithPageAsync();
        lock (gate)
            ahead ??= OpenAheadAsync();
        return contextId;
    }

    public void GiveBack()
    {
        InUse--;
        idleSince = clock.GetTimestamp();
    }

    /// <summary>Why it should be replaced; null when it should not.</summary>
    public string? WhyRetire(BrowserPoolSettings settings)
    {
        if (Served >= settings.RunsMax)
            return $"it served {Served} runs";
        if (clock.GetElapsedTime(startedAt).TotalMilliseconds >= settings.AgeMaxMs)
            return "it has reached its age";
        return null;
    }

    /// <summary>Why its memory has it replaced; null when it does not. Looking costs more than what else is asked.</summary>
    public string? WhyTooLarge(BrowserPoolSettings settings)
    {
        var usedMb = browser.MemoryBytes() / BytesPerMb;
        return usedMb >= settings.MemoryMaxMb ? $"it uses {usedMb} MiB of memory" : null;
    }

    private Task<string?> TakeAheadAsync()
    {
        lock (gate)
        {
            var taken = ahead ?? Task.FromResult<string?>(null);
            ahead = null;
            return taken;
        }
    }

    private async Task<string> OpenWithPageAsync()
    {
        var contextId = await browser.OpenContextAsync(null);
        await browser.OpenPageAsync(contextId);
        return contextId;
    }

    /// <summary>Null when it cannot be opened now: the run that needs it asks again, and hears why.</summary>
    private async Task<string?> OpenAheadAsync()
    {
        try
        {
            return await OpenWithPageAsync();
        }
        catch (BrowserUnavailableException)
        {
            return null;
        }
    }

    /// <summary>True when nobody has used it for the time.</summary>
    public bool IsIdleFor(int idleMs) => InUse == 0 && clock.GetElapsedTime(idleSince).TotalMilliseconds >= idleMs;
}
