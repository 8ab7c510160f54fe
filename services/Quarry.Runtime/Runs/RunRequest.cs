using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;

namespace Quarry.Runtime.Runs;

/// <summary>The line of JSON that tells the executor what to run (CONTRACT_IPC, run request).</summary>
internal sealed record RunRequest
{
    public required string RunId { get; init; }

    public required int Attempt { get; init; }

    public required JsonElement Job { get; init; }

    public string? JobId { get; init; }

    public string? ParentRunId { get; init; }

    public string? BrowserWsEndpoint { get; init; }

    public bool? BrowserOnRequest { get; init; }

    public required string ScriptPath { get; init; }

    public string? ResolveFrom { get; init; }

    public bool? ServesNext { get; init; }

    public ResumeFrom? Resume { get; init; }

    public required StorageKeys Storage { get; init; }

    public required RunLimits Limits { get; init; }

    /// <summary>Partition facts with which a script can build storage keys.</summary>
    internal sealed record StorageKeys(string Dataset, string Source, string Category, string Day, string RunId);

    /// <summary>The checkpoint at which the script may go on.</summary>
    internal sealed record ResumeFrom(string CheckpointId, long Seq, JsonElement? State);

    public static byte[] ToJson(RunRecord run, ExecutorOptions options, bool mayServeOn, bool isBrowserLent) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new RunRequest
            {
                RunId = run.RunId,
                Attempt = run.Attempt,
                JobId = run.JobId,
                ParentRunId = run.ParentRunId,
                Job = run.Job ?? JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
                BrowserWsEndpoint = options.BrowserWsEndpoint,
                BrowserOnRequest = isBrowserLent ? true : null,
                ScriptPath = run.Script.Path,
                ResolveFrom = options.ResolveFrom,
                ServesNext = mayServeOn ? true : null,
                Limits = run.Limits,
                Resume = run.Resume is { } at ? new(at.CheckpointId, at.Seq, at.State) : null,
                Storage = new(run.Dataset, run.Source, run.Category, run.Day, run.RunId),
            },
            QuarryJson.Compact
        );
}
