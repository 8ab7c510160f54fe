using System.CommandLine;
using Quarry.Contracts.Politeness;

namespace Quarry.Cli.Launch;

/// <summary>The flags that say how gently a run treats the hosts it visits.</summary>
internal sealed class PoliteOptions
{
    private readonly Option<int?> concurrency = new("--polite-concurrency")
    {
        Description = "Turns at one host at the same time (default: 1).",
        HelpName = "N",
    };
    private readonly Option<long?> delay = Durations.Option(
        "--polite-delay",
        "Least time between the starts of two turns at one host (default: 1s)"
    );
    private readonly Option<bool> robots = new("--robots")
    {
        Description = "Keep to robots.txt where turns are asked for.",
    };
    private readonly Option<string?> userAgent = new("--robots-user-agent")
    {
        Description = "Name by which robots.txt may speak of the script (default: quarry).",
        HelpName = "NAME",
    };

    /// <summary>The flags.</summary>
    public IReadOnlyList<Option> All => [concurrency, delay, robots, userAgent];

    /// <summary>What the flags ask for; null when they ask for nothing.</summary>
    public PolitenessOptions? Read(ParseResult parsed)
    {
        var asked = new PolitenessOptions
        {
            Concurrency = parsed.GetValue(concurrency),
            DelayMs = parsed.GetValue(delay),
            Robots = parsed.GetValue(robots),
            UserAgent = parsed.GetValue(userAgent),
        };
        return asked == new PolitenessOptions() ? null : asked;
    }
}
