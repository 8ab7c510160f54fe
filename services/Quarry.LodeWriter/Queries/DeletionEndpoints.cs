using Quarry.Catalogue;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;
using Quarry.LodeWriter.Hosting;
using Quarry.LodeWriter.Settling;

namespace Quarry.LodeWriter.Queries;

/// <summary>Deletes the data of finished runs for good. Asked again, a deletion that was cut short goes on.</summary>
internal static class DeletionEndpoints
{
    private const int RunsMax = 100;
    private const int DefaultRuns = 20;

    /// <summary>Adds the endpoints.</summary>
    public static void MapDeletions(this IEndpointRouteBuilder app)
    {
        _ = app.MapDelete("/api/v1/runs/{runId}", DeleteRunAsync)
            .WithSummary("Delete the data of a finished run for good; its record stays and says so.");
        _ = app.MapDelete("/api/v1/sources/{source}/runs", DeleteSourceAsync)
            .WithSummary("Delete the finished runs of a source, page by page, newest first; a dry run unless told.")
            .Produces<DeletionReport>();
    }

    private static async Task<IResult> DeleteRunAsync(
        string runId,
        LodeHost lode,
        RunRemoval removal,
        CancellationToken cancellation
    )
    {
        try
        {
            // The log decides, and not the list: a run that goes on is never deleted.
            if (await lode.Store.Reader.FindRunAsync(runId, cancellation) is not { } run)
                return QueryProblems.NotFound($"There is no run '{runId}'.", "List runs with GET /api/v1/runs.");
            if (await removal.KeptAsync(run, cancellation) is { } why)
                return QueryProblems.Conflict(why, run.IsDone ? SoonSettled : "Cancel it, and wait for its end.");
            return await removal.TryDeleteAsync(run, cancellation)
                ? Results.NoContent()
                : QueryProblems.Conflict($"Run '{runId}' is being settled or deleted.", SoonSettled);
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }

    private static async Task<IResult> DeleteSourceAsync(
        string source,
        HttpRequest request,
        RunCatalogue catalogue,
        RunRemoval removal,
        LodeHost lode,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var before = query.Instant("before");
        var isDryRun = query.Truth("dry_run", fallback: true);
        var page = new RunQuery
        {
            Source = source,
            State = RunState.Done,
            Cursor = query.Cursor(),
            Limit = (int)query.Whole("limit", 1, RunsMax, DefaultRuns),
        };
        if (query.Errors.Count > 0)
            return QueryProblems.Invalid(query.Errors);
        try
        {
            var found = await catalogue.SearchAsync(page, cancellation);
            var (deleted, kept) = (new List<DeletedRun>(), new List<string>());
            foreach (var listed in found.Items.Where(r => before is null || (r.EndedAt ?? r.QueuedAt) <= before))
            {
                if (await lode.Store.Reader.FindRunAsync(listed.RunId, cancellation) is { } run)
                    await DeleteAsync(removal, run, isDryRun, deleted, kept, cancellation);
            }
            return Results.Ok(new DeletionReport(isDryRun, deleted, kept, found.NextCursor));
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }

    private static async Task DeleteAsync(
        RunRemoval removal,
        RunRecord run,
        bool isDryRun,
        List<DeletedRun> deleted,
        List<string> kept,
        CancellationToken cancellation
    )
    {
        var objects = await removal.ObjectsAsync(run, cancellation);
        if (run.Deleted is not null && objects == 0)
            return;
        if (await removal.KeptAsync(run, cancellation) is { } why)
            kept.Add(why);
        else if (isDryRun || await removal.TryDeleteAsync(run, cancellation))
            deleted.Add(new(run.RunId, run.Source, run.SeqLast, objects));
        else
            kept.Add($"Run '{run.RunId}' is being settled or deleted.");
    }

    private const string SoonSettled =
        "Try again in a moment; when settling fails, stop the Lode writer and call 'quarry delete run'.";
}
