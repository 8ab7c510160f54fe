using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runner.Api;
using Quarry.Runner.Hosting;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Scripts;
using Quarry.Runtime.Proxies;
using Quarry.ServiceDefaults;
using Quarry.Streams;
using Quarry.Streams.LaunchKeys;
using Quarry.Streams.RunQueues;

namespace Quarry.Runner.Launches;

/// <summary><c>POST /api/v1/runs</c> and <c>GET /api/v1/scripts</c>.</summary>
internal sealed class LaunchEndpoints(
    StreamSet streams,
    ScriptRoots scripts,
    RunLauncher launcher,
    RunArchive archive,
    ProxySource proxies,
    RunnerSettings settings,
    TimeProvider clock
)
{
    private const string KeyHeader = "Idempotency-Key";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(
            "/api/v1/runs",
            (LaunchRequest body, HttpContext http, LaunchEndpoints launch) =>
                launch.LaunchAsync(body, http, http.RequestAborted)
        );
        app.MapGet("/api/v1/scripts", (ScriptRoots roots) => roots.List());
    }

    private async Task<IResult> LaunchAsync(LaunchRequest body, HttpContext http, CancellationToken cancellation)
    {
        var key = http.Request.Headers[KeyHeader].ToString();
        var errors = Check(body, key, out var path);
        if (errors.Count > 0)
            return Invalid(errors);
        var run = (body with { Script = path }).ToRunRecord(clock);
        if (body.DryRun)
            return Results.Json(run);
        if (body.RunId is not null && await archive.FindAsync(run.RunId, cancellation) is { } taken && key.Length == 0)
            return Taken(taken);
        return key.Length == 0
            ? await AcceptAsync(run, http, cancellation)
            : await AcceptOnceAsync(run, key, HashOf(body), http, cancellation);
    }

    private List<FieldError> Check(LaunchRequest body, string key, out string? path)
    {
        path = null;
        var errors = body.Validate().ToList();
        if (!string.IsNullOrWhiteSpace(body.Script))
        {
            path = scripts.Resolve(body.Script, out var reason);
            if (reason is not null)
                errors.Add(new("script", reason));
        }
        if (errors.Count == 0 && proxies.Refuse(body.Proxy) is { } refused)
            errors.Add(refused);
        if (key.Length > Limits.IdempotencyKeyCharsMax)
            errors.Add(new(KeyHeader, $"has {key.Length} characters, limit {Limits.IdempotencyKeyCharsMax}"));
        return errors;
    }

    /// <summary>The first launch with a key owns it; the same launch again is told of the same run.</summary>
    private async Task<IResult> AcceptOnceAsync(
        RunRecord run,
        string key,
        string hash,
        HttpContext http,
        CancellationToken cancellation
    )
    {
        if (await streams.LaunchKeys.ClaimAsync(key, new(run.RunId, hash), cancellation) is { } before)
        {
            if (before.RequestHash != hash)
                return OtherRequest(key, before);
            if (await archive.FindAsync(before.RunId, cancellation) is { } known)
                return Accepted(known);
            // The launch that claimed the key did not come to its record: this one takes its place, under its id.
            run = run with
            {
                RunId = before.RunId,
                RootRunId = before.RunId,
            };
        }
        var answer = await AcceptAsync(run, http, cancellation);
        if (http.Response.Headers.RetryAfter.Count > 0)
            await streams.LaunchKeys.ReleaseAsync(key, cancellation);
        return answer;
    }

    private async Task<IResult> AcceptAsync(RunRecord run, HttpContext http, CancellationToken cancellation)
    {
        if ((await streams.Queue.StatsAsync(cancellation)).Waiting >= settings.QueueRunsMax)
            return Full(http);
        var (outcome, recorded) = await launcher.SubmitAsync(run, origin: null, notBefore: null, cancellation);
        if (outcome != EnqueueOutcome.Full)
            return Accepted(recorded);
        _ = await launcher.EndUnstartedAsync(
            recorded,
            RunOutcome.Canceled,
            "The run queue was full; the run was not started."
        );
        return Full(http);
    }

    private static string HashOf(LaunchRequest body) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, QuarryJson.Compact)));

    private static IResult Full(HttpContext http)
    {
        http.Response.Headers.RetryAfter = Problems.RetryAfterSeconds.ToString(CultureInfo.InvariantCulture);
        return Problems.Of(
            503,
            ErrorCodes.QueueFull,
            "The run queue is full; the run was not started.",
            $"Launch it again in {Problems.RetryAfterSeconds} s, or raise Runner__QueueRunsMax: docs/operations/queue-full.md"
        );
    }

    private static IResult Accepted(RunRecord run) =>
        Results.Json(run, statusCode: 202).WithLocation($"/api/v1/runs/{run.RunId}");

    private static IResult Taken(RunRecord run) =>
        Problems.Of(
            409,
            ErrorCodes.Conflict,
            $"There is a run '{run.RunId}' already, in state {QuarryNames.Of(run.State)}.",
            "Choose another run_id, or leave it out."
        );

    private static IResult OtherRequest(string key, LaunchClaim before) =>
        Problems.Of(
            409,
            ErrorCodes.Conflict,
            $"The {KeyHeader} '{key}' launched run {before.RunId} with another request.",
            "Use a new key for a new launch."
        );

    private static IResult Invalid(List<FieldError> errors) =>
        Problems.Of(
            400,
            ErrorCodes.InvalidRequest,
            "The run was not started: " + string.Join("; ", errors.Select(e => $"{e.Field} {e.Message}")),
            "Change the named fields and send the request again.",
            errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray())
        );
}
