using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Politeness;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Proxies;

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

    public Through? Proxy { get; init; }

    public PolitenessOptions? Politeness { get; init; }

    public string? Traceparent { get; init; }

    public ResumeFrom? Resume { get; init; }

    public required StorageKeys Storage { get; init; }

    public required RunLimits Limits { get; init; }

    /// <summary>Partition facts with which a script can build storage keys.</summary>
    internal sealed record StorageKeys(string Dataset, string Source, string Category, string Day, string RunId);

    /// <summary>The checkpoint at which the script may go on.</summary>
    internal sealed record ResumeFrom(string CheckpointId, long Seq, JsonElement? State);

    /// <summary>The proxy with its login, which is told to nobody else.</summary>
    internal sealed record Through(ProxyProtocol Protocol, string Host, int Port, string? Username, string? Password);

    public static byte[] ToJson(
        RunRecord run,
        ExecutorOptions options,
        ProxyLease? proxy,
        PolitenessOptions? politeness,
        bool mayServeOn,
        bool isBrowserLent
    ) =>
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
                Proxy = proxy is null ? null : Reveal(proxy),
                Politeness = politeness,
                Traceparent = run.Traceparent,
                Limits = run.Limits,
                Resume = run.Resume is { } at ? new(at.CheckpointId, at.Seq, at.State) : null,
                Storage = new(run.Dataset, run.Source, run.Category, run.Day, run.RunId),
            },
            QuarryJson.Compact
        );

    private static Through Reveal(ProxyLease proxy) =>
        new(
            proxy.Endpoint.Protocol,
            proxy.Endpoint.Host,
            proxy.Endpoint.Port,
            proxy.Username?.Reveal(),
            proxy.Password?.Reveal()
        );
}
