using System.Net;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Runs;
using Quarry.Runtime.Runs;
using Quarry.ServiceDefaults;
using Quarry.Streams;

namespace Quarry.Runner.Api;

/// <summary>Cancel, kill and retry of one run.</summary>
internal sealed class ControlEndpoints(
    ActiveRuns active,
    IHttpClientFactory http,
    ILode lode,
    StreamSet streams,
    TimeProvider clock
)
{
    public static void Map(IEndpointRouteBuilder app)
    {
        var run = app.MapGroup("/api/v1/runs/{runId}");
        run.MapPost(
            "/cancel",
            (string runId, ControlEndpoints control) =>
                control.EndAsync(runId, c => c.Cancel("Canceled through the API."))
        );
        run.MapPost(
            "/kill",
            (string runId, ControlEndpoints control) => control.EndAsync(runId, c => c.Kill("Killed through the API."))
        );
        run.MapPost("/retry", (string runId, ControlEndpoints control) => control.RetryAsync(runId));
    }

    private async Task<IResult> EndAsync(string runId, Action<RunControl> end)
    {
        var control = active.Find(runId);
        if (control is null)
        {
            var run = await FindAsync(runId);
            if (run is null)
                return NotFound(runId);
            if (run.State != RunState.Queued)
                return NotInHand(run);
            control = active.Begin(runId);
        }
        end(control);
        return Results.Accepted();
    }

    private async Task<IResult> RetryAsync(string runId)
    {
        var run = await FindAsync(runId);
        if (run is null)
            return NotFound(runId);
        if (!run.IsDone)
            return Conflict(
                $"Run {runId} is {QuarryNames.Of(run.State)}; only a run that has ended can be tried again.",
                "Cancel it first, or wait."
            );
        var retry = Again(run);
        await lode.RecordStateAsync(retry, CancellationToken.None);
        if (!await streams.Queue.TryEnqueueAsync(retry, CancellationToken.None))
            return Problems.Of(503, ErrorCodes.QueueFull, "The run queue is full.", "Try again in a moment.");
        return Results.Json(retry, statusCode: 202).WithLocation($"/api/v1/runs/{retry.RunId}");
    }

    private RunRecord Again(RunRecord run)
    {
        var now = clock.GetUtcNow();
        return new()
        {
            RunId = RunIds.New(clock),
            JobId = run.JobId,
            ParentRunId = run.RunId,
            RootRunId = run.RootRunId,
            EnqueuedByRunId = run.EnqueuedByRunId,
            Depth = run.Depth,
            Attempt = run.Attempt + 1,
            State = RunState.Queued,
            Script = run.Script with { Sha256 = null },
            Job = run.Job,
            Source = run.Source,
            Category = run.Category,
            Day = Partition.DayOf(now),
            Dataset = run.Dataset,
            Policy = run.Policy,
            Limits = run.Limits,
            Retry = run.Retry,
            Labels = run.Labels,
            QueuedAt = now,
        };
    }

    private async Task<RunRecord?> FindAsync(string runId)
    {
        using var answer = await http.CreateClient("lode").GetAsync($"/api/v1/runs/{Uri.EscapeDataString(runId)}");
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        _ = answer.EnsureSuccessStatusCode();
        return await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact);
    }

    private static IResult NotFound(string runId) =>
        Problems.Of(404, ErrorCodes.NotFound, $"There is no run '{runId}'.", "See GET /api/v1/runs.");

    private static IResult NotInHand(RunRecord run) =>
        run.IsDone
            ? Conflict(
                $"Run {run.RunId} has ended as {QuarryNames.Of(run.Outcome!.Value)}.",
                "There is nothing to end."
            )
            : Conflict(
                $"Run {run.RunId} is in the hands of runner {run.Runner}.",
                "Ask that runner, or wait for its lease to end."
            );

    private static IResult Conflict(string detail, string nextStep) =>
        Problems.Of(409, ErrorCodes.Conflict, detail, nextStep);
}
