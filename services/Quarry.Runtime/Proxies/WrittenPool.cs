namespace Quarry.Runtime.Proxies;

/// <summary>The file as it is written, before it is checked.</summary>
internal sealed class WrittenFile
{
    public Dictionary<string, WrittenPool?> Pools { get; set; } = [];
}

/// <summary>A pool as it is written.</summary>
internal sealed class WrittenPool
{
    public string? Strategy { get; set; }

    public int? RecencyWindow { get; set; }

    public WrittenSticky? Sticky { get; set; }

    public long? CoolDownMs { get; set; }

    public long? CoolDownMaxMs { get; set; }

    public long? WaitMs { get; set; }

    public List<WrittenEndpoint?> Endpoints { get; set; } = [];
}

/// <summary>Stickiness as it is written.</summary>
internal sealed class WrittenSticky
{
    public string? Scope { get; set; }

    public long? TtlMs { get; set; }
}

/// <summary>An endpoint as it is written.</summary>
internal sealed class WrittenEndpoint
{
    public string? Protocol { get; set; }

    public string? Host { get; set; }

    public int? Port { get; set; }

    public string? Username { get; set; }

    public string? Password { get; set; }
}
