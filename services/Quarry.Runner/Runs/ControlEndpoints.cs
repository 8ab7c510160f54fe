using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runner.Api;
using Quarry.Runner.Launches;
using Quarry.Runner.RemoteLode;
using Quarry.Runtime.Retries;
using Quarry.ServiceDefaults;
using Quarry.Streams;
using Quarry.Streams.RunQueues;
using Quarry.Streams.StopSignals;

namespace Quarry.Runner.Runs;

/// <summary>Cancel, kill and retry of one run.</summary>
internal sealed class ControlEndpoints(RunArchive archive, RunLauncher launcher, StreamSet streams, TimeProvider clock)
{
    /// <summary>Body of a retry.</summary>
    /// <param name="FromCheckpoint">False to start afresh; true, or left out, to go on at the last durable
    /// checkpoint.</param>
    internal sealed record RetryRequest(bool? FromCheckpoint = null);

    public static void Map(IEndpointRouteBuilder app)
    {
        var run = app.MapGroup("/api/v1/runs/{runId}");
        run.MapPost(
            "/cancel",
            (string runId, ControlEndpoints control, CancellationToken cancellation) =>
                control.StopAsync(new(runId, IsKill: false, "Canceled through the API."), cancellation)
        );
        run.MapPost(
            "/kill",
            (string runId, ControlEndpoints control, CancellationToken cancellation) =>
                control.StopAsync(new(runId, IsKill: true, "Killed through the API."), cancellation)
        );
        run.MapPost(
            "/retry",
            (string runId, RetryRequest? body, ControlEndpoints control, CancellationToken cancellation) =>
                control.RetryAsync(runId, body?.FromCheckpoint ?? true, cancellation)
        );
    }

    private async Task<IResult> StopAsync(StopSignal signal, CancellationToken cancellation)
    {
        if (await streams.Queue.RemoveAsync(signal.RunId, cancellation) is { } waiting)
            return Accepted(await launcher.EndUnstartedAsync(waiting, RunOutcome.Canceled, signal.Reason));
        var run = await archive.FindAsync(signal.RunId, cancellation);
        if (run is null)
            return NotFound(signal.RunId);
        if (run.IsDone)
            return Conflict(
                $"Run {run.RunId} has ended as {QuarryNames.Of(run.Outcome!.Value)}.",
                "There is nothing to end."
            );
        await streams.Stops.SendAsync(signal, cancellation);
        return Accepted(run);
    }

    private async Task<IResult> RetryAsync(string runId, bool fromCheckpoint, CancellationToken cancellation)
    {
        var run = await archive.FindAsync(runId, cancellation);
        if (run is null)
            return NotFound(runId);
        if (!run.IsDone)
        {
            return Conflict(
                $"Run {runId} is {QuarryNames.Of(run.State)}; only a run that has ended can be tried again.",
                "Cancel it first, or wait."
            );
        }
        var resume = fromCheckpoint ? await archive.LastCheckpointAsync(runId, cancellation) ?? run.Resume : null;
        var retry = RetryPlan.Again(run, resume, clock);
        var (outcome, recorded) = await launcher.SubmitAsync(retry, run, notBefore: null, cancellation);
        if (outcome != EnqueueOutcome.Full)
            return Accepted(recorded);
        _ = await launcher.EndUnstartedAsync(
            recorded,
            RunOutcome.Canceled,
            "The run queue was full; the run was not started."
        );
        return Problems.Of(
            503,
            ErrorCodes.QueueFull,
            "The run queue is full; the retry was not started.",
            $"Try again in {Problems.RetryAfterSeconds} s: docs/operations/queue-full.md"
        );
    }

    private static IResult Accepted(RunRecord run) =>
        Results.Json(run, statusCode: 202).WithLocation($"/api/v1/runs/{run.RunId}");

    private static IResult NotFound(string runId) =>
        Problems.Of(404, ErrorCodes.NotFound, $"There is no run '{runId}'.", "List runs with GET /api/v1/runs.");

    private static IResult Conflict(string detail, string nextStep) =>
        Problems.Of(409, ErrorCodes.Conflict, detail, nextStep);
}
