using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

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

    public required StorageKeys Storage { get; init; }

    public required RunLimits Limits { get; init; }

    /// <summary>Partition facts with which a script can build storage keys.</summary>
    internal sealed record StorageKeys(string Dataset, string Source, string Category, string Day, string RunId);

    public static byte[] ToJson(RunRecord run, string? browserWsEndpoint) =>
        JsonSerializer.SerializeToUtf8Bytes(
            new RunRequest
            {
                RunId = run.RunId,
                Attempt = run.Attempt,
                JobId = run.JobId,
                ParentRunId = run.ParentRunId,
                Job = run.Job ?? JsonSerializer.SerializeToElement(new Dictionary<string, string>()),
                BrowserWsEndpoint = browserWsEndpoint,
                Limits = run.Limits,
                Storage = new(run.Dataset, run.Source, run.Category, run.Day, run.RunId),
            },
            QuarryJson.Compact
        );
}
