using System.Collections.Concurrent;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Runs;
using Quarry.Runner.Scripts;
using Quarry.ServiceDefaults;
using Quarry.Streams;

namespace Quarry.Runner.Api;

/// <summary><c>POST /api/v1/runs</c> and <c>GET /api/v1/scripts</c>.</summary>
internal sealed class LaunchEndpoints(StreamSet streams, ScriptRoots scripts, ILode lode, TimeProvider clock)
{
    private const int RememberedKeysMax = 10_000;
    private const int RetryAfterSeconds = 5;
    private readonly ConcurrentDictionary<string, RunRecord> remembered = new(StringComparer.Ordinal);

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapPost(
            "/api/v1/runs",
            (LaunchRequest body, HttpContext http, LaunchEndpoints launch) => launch.LaunchAsync(body, http)
        );
        app.MapGet("/api/v1/scripts", (ScriptRoots roots) => roots.List());
    }

    private async Task<IResult> LaunchAsync(LaunchRequest body, HttpContext http)
    {
        var key = http.Request.Headers["Idempotency-Key"].ToString();
        if (key.Length > 0 && remembered.TryGetValue(key, out var before))
            return Accepted(before);
        var errors = body.Validate().ToList();
        var path = body.Script is { Length: > 0 } script
            ? scripts.Resolve(script, out var reason)
            : Missing(out reason);
        if (path is null && reason is not null)
            errors.Add(new("script", reason));
        if (errors.Count > 0)
            return Invalid(errors);
        var run = (body with { Script = path }).ToRunRecord(clock);
        if (body.DryRun)
            return Results.Json(run);
        return await AcceptAsync(run, key, http);
    }

    private static string? Missing(out string? reason)
    {
        reason = null;
        return null;
    }

    private async Task<IResult> AcceptAsync(RunRecord run, string key, HttpContext http)
    {
        try
        {
            await lode.RecordStateAsync(run, http.RequestAborted);
        }
        catch (LodeException e)
        {
            return Problems.Of(503, ErrorCodes.Unavailable, e.Message, "Try again when the Lode writer is back.");
        }
        if (!await streams.Queue.TryEnqueueAsync(run, http.RequestAborted))
            return await RefuseAsync(run, http);
        new TailObserver(streams.Tail, clock).StateChanged(run);
        if (key.Length > 0 && remembered.Count < RememberedKeysMax)
            remembered[key] = run;
        return Accepted(run);
    }

    private async Task<IResult> RefuseAsync(RunRecord run, HttpContext http)
    {
        const string message = "The run queue was full; the run was not started.";
        await lode.RecordStateAsync(
            run with
            {
                State = RunState.Done,
                Outcome = RunOutcome.Canceled,
                Message = message,
                EndedAt = clock.GetUtcNow(),
            },
            http.RequestAborted
        );
        http.Response.Headers.RetryAfter = RetryAfterSeconds.ToString();
        return Problems.Of(503, ErrorCodes.QueueFull, message, $"Launch it again in {RetryAfterSeconds} s.");
    }

    private static IResult Accepted(RunRecord run) =>
        Results.Json(run, statusCode: 202).WithLocation($"/api/v1/runs/{run.RunId}");

    private static IResult Invalid(List<FieldError> errors) =>
        Problems.Of(
            400,
            ErrorCodes.InvalidRequest,
            "The run was not started: " + string.Join("; ", errors.Select(e => $"{e.Field} {e.Message}")),
            "Change the named fields and send the request again.",
            errors.GroupBy(e => e.Field).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray())
        );
}

/// <summary>A result with a Location header.</summary>
internal static class LocatedResults
{
    public static IResult WithLocation(this IResult result, string location) => new Located(result, location);

    private sealed class Located(IResult inner, string location) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.Headers.Location = location;
            return inner.ExecuteAsync(httpContext);
        }
    }
}
