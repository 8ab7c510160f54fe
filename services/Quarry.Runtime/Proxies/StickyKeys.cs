using System.Text.Json;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Proxies;

/// <summary>What a run's endpoint sticks to.</summary>
internal static class StickyKeys
{
    /// <summary>The key; null when the run does not have what the pool wants.</summary>
    public static string? Of(RunRecord run, ProxyPool pool) =>
        run.Proxy?.StickyKey is { } key
            ? $"key {key}"
            : pool.StickyScope switch
            {
                ProxyStickyScope.Job => $"job {run.JobId ?? run.RootRunId ?? run.RunId}",
                ProxyStickyScope.Domain => UrlOf(run) is { } url ? $"domain {url.IdnHost}" : null,
                ProxyStickyScope.Origin => UrlOf(run) is { } url
                    ? $"origin {url.GetLeftPart(UriPartial.Authority)}"
                    : null,
                _ => null,
            };

    private static Uri? UrlOf(RunRecord run) =>
        run.Job is { ValueKind: JsonValueKind.Object } job
        && job.TryGetProperty("url", out var url)
        && url.ValueKind == JsonValueKind.String
        && Uri.TryCreate(url.GetString(), UriKind.Absolute, out var parsed)
        && parsed.Host.Length > 0
            ? parsed
            : null;
}
