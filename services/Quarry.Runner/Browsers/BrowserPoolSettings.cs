namespace Quarry.Runner.Browsers;

/// <summary>Settings of the browsers that runs share, section <c>Browsers</c>.</summary>
internal sealed record BrowserPoolSettings
{
    /// <summary>Runs that share one browser at the same time, each in a context of its own; 0: each starts its own.</summary>
    public int RunsAtOnceMax { get; init; } = 4;

    /// <summary>Runs that one browser serves before it is replaced.</summary>
    public int RunsMax { get; init; } = 100;

    /// <summary>Age at which a browser is replaced, in milliseconds.</summary>
    public long AgeMaxMs { get; init; } = 1_800_000;

    /// <summary>Memory of one browser at which it is replaced, in MiB.</summary>
    public long MemoryMaxMb { get; init; } = 1_536;

    /// <summary>Time without a run after which a browser is closed, in milliseconds.</summary>
    public int IdleMs { get; init; } = 60_000;

    /// <summary>A browser that others keep, a ws: or wss: address; it is checked before each run. None when null.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Reads the section; QUARRY_BROWSER_ENDPOINT stands in for its endpoint.</summary>
    public static BrowserPoolSettings Read(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Browsers").Get<BrowserPoolSettings>() ?? new();
        return settings with { Endpoint = settings.Endpoint ?? configuration["QUARRY_BROWSER_ENDPOINT"] };
    }
}
