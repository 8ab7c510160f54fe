using System.CommandLine;
using Quarry.Cli.Servers;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Launch;

/// <summary>The flags that say what to run, and the launch request they make.</summary>
internal sealed class LaunchOptions
{
    private readonly Argument<string?> script = new("SCRIPT")
    {
        Description = "The script: a .ts, .mts, .js, .mjs or .cjs file.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> scriptAlias = new("--script")
    {
        Description = "The script, as a flag.",
        Hidden = true,
    };
    private readonly Option<string?> source = new("--source")
    {
        Description = "Source, the first partition key.",
        HelpName = "S",
    };
    private readonly Option<string?> category = new("--category")
    {
        Description = "Category (default: default).",
        HelpName = "C",
    };
    private readonly Option<string?> dataset = new("--dataset", "--storage-dataset")
    {
        Description = "Dataset (default: quarry).",
        HelpName = "D",
    };
    private readonly Option<string?> runId = new("--run-id")
    {
        Description = "Id of the run (default: a new UUIDv7).",
        HelpName = "R",
    };
    private readonly Option<string?> jobId = new("--job-id")
    {
        Description = "Id of the job, stable over retries.",
        HelpName = "J",
    };
    private readonly Option<int?> attempt = new("--attempt")
    {
        Description = "Attempt, from 1; above 1 needs --parent-run-id.",
        HelpName = "N",
    };
    private readonly Option<string?> parentRunId = new("--parent-run-id")
    {
        Description = "The run that is tried again.",
        HelpName = "R",
    };
    private readonly Option<string?> job = new("--job", "--job-json")
    {
        Description = "Job payload as JSON.",
        HelpName = "JSON",
    };
    private readonly Option<string?> jobFile = new("--job-file")
    {
        Description = "File with the job payload as JSON.",
        HelpName = "F",
    };
    private readonly Option<string> policy = new("--policy")
    {
        Description = "Ingestion policy.",
        DefaultValueFactory = _ => "strict",
    };
    private readonly Option<int?> maxEvents = new("--max-events", "--buffer-events")
    {
        Description = "Most events outstanding (buffered, streaming).",
        HelpName = "N",
    };
    private readonly Option<long?> maxBytes = new("--max-bytes", "--buffer-bytes")
    {
        Description = "Most bytes outstanding (buffered, streaming).",
        HelpName = "N",
    };
    private readonly Option<long?> maxBlock = Durations.Option(
        "--max-block",
        "Longest wait for room before the run fails (buffered)"
    );
    private readonly Option<int?> flushCount = new("--flush-count")
    {
        Description = "Flush after this many events (streaming).",
        HelpName = "N",
    };
    private readonly Option<long?> flushInterval = Durations.Option(
        "--flush-interval",
        "Flush after this time (streaming)"
    );
    private readonly Option<long?> timeout = Durations.Option("--timeout", "Longest run");
    private readonly Option<long?> idleTimeout = Durations.Option("--idle-timeout", "Longest silence of the script");
    private readonly Option<long?> memoryLimit = Sizes.Option("--memory-limit", "Most memory of executor and browser");
    private readonly TreeOptions tree = new();
    private Option[] all = [];

    private readonly PoliteOptions polite = new();

    /// <summary>The flags that say through which proxy.</summary>
    public ProxyOptions Proxies { get; } = new();

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        _ = policy.AcceptOnlyFromAmong("strict", "buffered", "streaming");
        command.Arguments.Add(script);
        all =
        [
            scriptAlias,
            source,
            category,
            dataset,
            runId,
            jobId,
            attempt,
            parentRunId,
            job,
            jobFile,
            policy,
            maxEvents,
            maxBytes,
            maxBlock,
            flushCount,
            flushInterval,
            timeout,
            idleTimeout,
            memoryLimit,
            .. tree.All,
            .. Proxies.All,
            .. polite.All,
        ];
        foreach (var option in all)
            command.Options.Add(option);
    }

    /// <summary>The request, checked; what flags do not say is taken from the run that is resumed.</summary>
    /// <exception cref="UsageException">A value cannot be used; every one that cannot is named.</exception>
    public LaunchRequest Read(ParseResult parsed, RunRecord? resumed = null)
    {
        var number = parsed.GetValue(attempt) ?? (resumed?.Attempt + 1);
        var request = new LaunchRequest
        {
            Script = parsed.GetValue(script) ?? parsed.GetValue(scriptAlias) ?? resumed?.Script.Path,
            Source = parsed.GetValue(source) ?? resumed?.Source,
            Category = parsed.GetValue(category) ?? resumed?.Category,
            Dataset = parsed.GetValue(dataset) ?? resumed?.Dataset,
            RunId = parsed.GetValue(runId),
            JobId = parsed.GetValue(jobId) ?? resumed?.JobId,
            Attempt = number,
            ParentRunId = parsed.GetValue(parentRunId) ?? resumed?.RunId,
            Job = JobPayload.Read(parsed.GetValue(job), parsed.GetValue(jobFile)) ?? resumed?.Job,
            Policy = PolicyFlags.Any(o => IsGiven(parsed, o)) ? ReadPolicy(parsed) : resumed?.Policy ?? new(),
            Proxy = Proxies.Read(parsed) ?? resumed?.Proxy,
            Politeness = polite.Read(parsed) ?? resumed?.Politeness,
            Limits = ReadLimits(parsed, resumed?.Limits ?? new()),
            Retry = tree.Retry(parsed, number ?? 1, resumed?.Retry ?? new()),
            FanOut = tree.FanOut(parsed, resumed?.FanOut ?? new()),
            Labels = resumed?.Labels,
        };
        var errors = request.Validate();
        return errors.Count == 0 ? request : throw new UsageException(Describe(errors));
    }

    /// <summary>The same for a run in this process: the script must be there.</summary>
    /// <exception cref="UsageException">It is not, or a value cannot be used.</exception>
    public LaunchRequest ReadLocal(ParseResult parsed, RunRecord? resumed = null)
    {
        var request = Read(parsed, resumed);
        if (!File.Exists(request.Script))
            throw new UsageException(
                $"The script '{request.Script}' does not exist. Check the path; nothing was started."
            );
        if (request.Limits!.MemoryMb > 0 && !OperatingSystem.IsLinux())
            throw new UsageException("--memory-limit can be held on Linux only. Leave it out; nothing was started.");
        return request with { Script = Path.GetFullPath(request.Script) };
    }

    /// <summary>Refuses flags that say what only the resumed run can say.</summary>
    public void RefuseLineage(ParseResult parsed)
    {
        if (IsGiven(parsed, attempt) || IsGiven(parsed, parentRunId))
            throw new UsageException(
                "--resume says which run is tried again: leave out --attempt and --parent-run-id. Nothing was started."
            );
    }

    /// <summary>Refuses every flag: a server takes a resumed run as it was.</summary>
    public void RefuseAll(ParseResult parsed)
    {
        var given = all.Where(o => IsGiven(parsed, o)).Select(o => o.Name).ToList();
        if (parsed.GetValue(script) is not null)
            given.Insert(0, "SCRIPT");
        if (given.Count > 0)
            throw new UsageException(
                $"{string.Join(", ", given)} cannot be changed of a run that a server resumes. Launch a run of its own, "
                    + "without --resume. Nothing was started."
            );
    }

    private static bool IsGiven(ParseResult parsed, Option option) => ServerOptions.IsGiven(parsed, option);

    private Option[] PolicyFlags => [policy, maxEvents, maxBytes, maxBlock, flushCount, flushInterval];

    private RunLimits ReadLimits(ParseResult parsed, RunLimits basis) =>
        basis with
        {
            WallClockMs = parsed.GetValue(timeout) ?? basis.WallClockMs,
            IdleMs = parsed.GetValue(idleTimeout) ?? basis.IdleMs,
            MemoryMb = parsed.GetValue(memoryLimit) ?? basis.MemoryMb,
        };

    private PolicyOptions ReadPolicy(ParseResult parsed) =>
        new()
        {
            Name = Enum.Parse<PolicyName>(parsed.GetValue(policy)!, ignoreCase: true),
            MaxEvents = parsed.GetValue(maxEvents),
            MaxBytes = parsed.GetValue(maxBytes),
            MaxBlockMs = parsed.GetValue(maxBlock),
            FlushCount = parsed.GetValue(flushCount),
            FlushIntervalMs = parsed.GetValue(flushInterval),
        };

    private static string Describe(IReadOnlyList<Contracts.FieldError> errors) =>
        string.Join(Environment.NewLine + "        ", errors.Select(e => $"{Flag(e.Field)} {e.Message}"))
        + $"{Environment.NewLine}Nothing was started. See 'quarry run --help'.";

    private static string Flag(string field) =>
        field switch
        {
            "script" => "SCRIPT",
            "retry.backoff_ms" => "--retry-backoff, in milliseconds,",
            "politeness.user_agent" => "--robots-user-agent",
            "politeness.concurrency" => "--polite-concurrency",
            "politeness.delay_ms" => "--polite-delay, in milliseconds,",
            _ when field.StartsWith("proxy.", StringComparison.Ordinal) => "--"
                + field.Replace('.', '-').Replace('_', '-'),
            _ => "--" + field[(field.LastIndexOf('.') + 1)..].Replace("_ms", "").Replace('_', '-'),
        };
}
