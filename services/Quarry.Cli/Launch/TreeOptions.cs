using System.CommandLine;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Launch;

/// <summary>The flags that say what may follow a run: retries and child runs.</summary>
internal sealed class TreeOptions
{
    private readonly Option<int?> retries = new("--retries")
    {
        Description = "Try again up to N times when the script, the executor or a time limit fails; each is a new run.",
        HelpName = "N",
    };
    private readonly Option<long?> backoff = Durations.Option(
        "--retry-backoff",
        "Wait before the first retry, doubled for each further one; default 1s"
    );
    private readonly Option<int?> depth = new("--depth")
    {
        Description = "Run what the script enqueues, as child runs down to this many steps (default: 0, none).",
        HelpName = "N",
    };
    private readonly Option<int?> maxRuns = new("--max-runs")
    {
        Description = "Most child runs in all (default: 1,000).",
        HelpName = "N",
    };
    private readonly Option<int?> parallel = new("--parallel")
    {
        Description = "Child runs at the same time (default: one per processor; on a server, what it has room for).",
        HelpName = "N",
    };

    /// <summary>The flags.</summary>
    public IEnumerable<Option> All => [retries, backoff, depth, maxRuns, parallel];

    /// <summary>Retries, for a run that begins with an attempt.</summary>
    public RetryOptions Retry(ParseResult parsed, int attempt, RetryOptions basis)
    {
        if (parsed.GetValue(retries) is { } asked && (asked < 0 || asked > Limits.AttemptsMax - attempt))
            throw new UsageException(
                $"--retries must be 0 to {Limits.AttemptsMax - attempt}: a job may have {Limits.AttemptsMax} attempts, and "
                    + $"this one begins with attempt {attempt}. Nothing was started."
            );
        return basis with
        {
            MaxAttempts = parsed.GetValue(retries) is { } more ? attempt + more : basis.MaxAttempts,
            BackoffMs = parsed.GetValue(backoff) ?? basis.BackoffMs,
        };
    }

    /// <summary>Child runs.</summary>
    public FanOutOptions FanOut(ParseResult parsed, FanOutOptions basis)
    {
        var fanOut = basis with
        {
            Depth = parsed.GetValue(depth) ?? basis.Depth,
            MaxRuns = parsed.GetValue(maxRuns) ?? basis.MaxRuns,
            Parallel = parsed.GetValue(parallel) ?? basis.Parallel,
        };
        var isAsked = parsed.GetValue(maxRuns) is not null || parsed.GetValue(parallel) is not null;
        return isAsked && fanOut.Depth == 0
            ? throw new UsageException(
                "--max-runs and --parallel bound child runs, and none are started without --depth. Add --depth 1; "
                    + "nothing was started."
            )
            : fanOut;
    }
}
