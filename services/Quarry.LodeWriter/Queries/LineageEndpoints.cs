using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;

namespace Quarry.LodeWriter.Queries;

/// <summary>Trees: attempts and child runs of a run, and the runs of a job.</summary>
internal static class LineageEndpoints
{
    private const int DefaultLimit = 100;

    /// <summary>Adds the endpoints.</summary>
    public static void MapLineage(this IEndpointRouteBuilder app)
    {
        _ = app.MapGet("/api/v1/runs/{runId}/lineage", OfRunAsync)
            .WithSummary("Where a run stands: runs above it, its attempts, a page of its child runs, the whole tree.")
            .Produces<Lineage>();
        _ = app.MapGet("/api/v1/jobs/{jobId}", OfJobAsync)
            .WithSummary("The runs of a job, oldest first, and what came of them.")
            .Produces<JobReport>();
    }

    private static Task<IResult> OfRunAsync(
        string runId,
        HttpRequest request,
        RunCatalogue catalogue,
        RunLookup lookup,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var page = Page(query);
        return query.Errors.Count > 0
            ? Task.FromResult(QueryProblems.Invalid(query.Errors))
            : lookup.WithRunAsync(
                runId,
                async run => Results.Ok(await catalogue.LineageAsync(run, page, cancellation)),
                cancellation
            );
    }

    private static async Task<IResult> OfJobAsync(
        string jobId,
        HttpRequest request,
        RunCatalogue catalogue,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var page = Page(query);
        if (query.Errors.Count > 0)
            return QueryProblems.Invalid(query.Errors);
        try
        {
            return await catalogue.JobAsync(jobId, page, cancellation) is { } job
                ? Results.Ok(job)
                : QueryProblems.NotFound($"No run has the job id '{jobId}'.", "List runs with GET /api/v1/runs.");
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }

    private static LineagePage Page(RunQueryString query) =>
        new(
            (int)query.Whole("limit", 1, Limits.PageRowsMax, DefaultLimit),
            query.Cursor() is { } cursor ? RunCursor.Parse(cursor) : null,
            query.Name<RunState>("state"),
            query.Name<RunOutcome>("outcome")
        );
}
