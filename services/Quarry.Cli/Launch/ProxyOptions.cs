using System.CommandLine;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts;
using Quarry.Contracts.Proxies;
using Quarry.Runtime.Proxies;
using Quarry.Streams.Proxies;

namespace Quarry.Cli.Launch;

/// <summary>The flags that say through which proxy a run goes.</summary>
internal sealed class ProxyOptions
{
    private const int FirstTurns = 1_000_000;

    private readonly Option<string?> config = new("--proxy-config")
    {
        Description = "YAML file with the pools of proxies.",
        HelpName = "FILE",
    };
    private readonly Option<string?> pool = new("--proxy-pool")
    {
        Description = "Pool whose proxies the browser goes through.",
        HelpName = "P",
    };
    private readonly Option<string?> strategy = new("--proxy-strategy")
    {
        Description = "How a proxy is picked: round_robin, random or sticky (default: what the pool says).",
        HelpName = "S",
    };
    private readonly Option<string?> stickyKey = new("--proxy-sticky-key")
    {
        Description = "Key for which the same proxy is kept.",
        HelpName = "K",
    };

    public ProxyOptions() => strategy.AcceptOnlyFromAmong([.. Enum.GetValues<ProxyStrategy>().Select(QuarryNames.Of)]);

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [config, pool, strategy, stickyKey];

    /// <summary>The file of pools: a server has its own.</summary>
    public Option Config => config;

    /// <summary>What the flags ask for; null when they ask for no proxy.</summary>
    /// <exception cref="UsageException">A flag is there that needs the pool.</exception>
    public ProxyRequest? Read(ParseResult parsed)
    {
        var (name, picked, key) = (parsed.GetValue(pool), parsed.GetValue(strategy), parsed.GetValue(stickyKey));
        if (name is null && picked is null && key is null)
            return null;
        return name is null
            ? throw new UsageException(
                "--proxy-strategy and --proxy-sticky-key need --proxy-pool. Nothing was started."
            )
            : new(name, picked is null ? null : QuarryNames.Parse<ProxyStrategy>(picked), key);
    }

    /// <summary>The pools of the file, with a memory of this process alone.</summary>
    /// <exception cref="UsageException">The file cannot be used, or does not have what is asked for.</exception>
    public ProxySource Open(ParseResult parsed, ProxyRequest? request)
    {
        var file = parsed.GetValue(config);
        var pools = file is null ? ProxyPools.None : Read(file);
        if (pools.Refuse(request) is { } refused)
        {
            var hint = file is null ? " Name the file with --proxy-config FILE." : "";
            throw new UsageException(
                $"--{refused.Field.Replace("proxy.", "proxy-").Replace('_', '-')} {refused.Message}.{hint} Nothing was started."
            );
        }
        var ledger = new MemoryProxyLedger(TimeProvider.System, Random.Shared.Next(FirstTurns));
        return new(pools, ledger, TimeProvider.System, NullLogger<ProxySource>.Instance);
    }

    private static ProxyPools Read(string file)
    {
        try
        {
            return new(ProxyPoolFile.Read(file));
        }
        catch (ProxyFileException e)
        {
            throw new UsageException($"{e.Message} Nothing was started.", e);
        }
    }
}
