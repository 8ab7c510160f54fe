using System.CommandLine;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;

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

    /// <summary>The flags that say through which proxy.</summary>
    public ProxyOptions Proxies { get; } = new();

    /// <summary>Adds the flags to a command.</summary>
    public void AddTo(Command command)
    {
        _ = policy.AcceptOnlyFromAmong("strict", "buffered", "streaming");
        command.Arguments.Add(script);
        Option[] options =
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
        ];
        foreach (var option in options)
            command.Options.Add(option);
        Proxies.AddTo(command);
    }

    /// <summary>The request, checked.</summary>
    /// <exception cref="UsageException">A value cannot be used; every one that cannot is named.</exception>
    public LaunchRequest Read(ParseResult parsed)
    {
        var request = new LaunchRequest
        {
            Script = parsed.GetValue(script) ?? parsed.GetValue(scriptAlias),
            Source = parsed.GetValue(source),
            Category = parsed.GetValue(category),
            Dataset = parsed.GetValue(dataset),
            RunId = parsed.GetValue(runId),
            JobId = parsed.GetValue(jobId),
            Attempt = parsed.GetValue(attempt),
            ParentRunId = parsed.GetValue(parentRunId),
            Job = JobPayload.Read(parsed.GetValue(job), parsed.GetValue(jobFile)),
            Policy = ReadPolicy(parsed),
            Proxy = Proxies.Read(parsed),
            Limits = new() { WallClockMs = parsed.GetValue(timeout) ?? 0, IdleMs = parsed.GetValue(idleTimeout) ?? 0 },
        };
        var errors = request.Validate();
        if (errors.Count > 0)
            throw new UsageException(Describe(errors));
        if (!File.Exists(request.Script))
            throw new UsageException(
                $"The script '{request.Script}' does not exist. Check the path; nothing was started."
            );
        return request with { Script = Path.GetFullPath(request.Script) };
    }

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
        field == "script" ? "SCRIPT"
        : field.StartsWith("proxy.", StringComparison.Ordinal) ? "--" + field.Replace('.', '-').Replace('_', '-')
        : "--" + field[(field.LastIndexOf('.') + 1)..].Replace("_ms", "").Replace('_', '-');
}
