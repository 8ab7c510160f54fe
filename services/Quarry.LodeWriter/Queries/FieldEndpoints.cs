using Quarry.Catalogue;
using Quarry.Contracts.Api;
using Quarry.Lode.Stores;

namespace Quarry.LodeWriter.Queries;

/// <summary>What the fields of items hold, of a run and of the last runs of a source: a site that changed shows there.</summary>
internal static class FieldEndpoints
{
    private const int RunsMax = 50;
    private const int DefaultRuns = 10;

    /// <summary>Adds the endpoints.</summary>
    public static void MapFields(this IEndpointRouteBuilder app)
    {
        _ = app.MapGet("/api/v1/runs/{runId}/fields", OfRunAsync)
            .WithSummary(
                "Fill rate, types, distinct values, least and greatest of each field of a settled run's items."
            )
            .Produces<FieldReport>();
        _ = app.MapGet("/api/v1/sources/{source}/fields", OfSourceAsync)
            .WithSummary("The same of the last settled runs of a source, newest first.")
            .Produces<Page<FieldReport>>();
    }

    private static Task<IResult> OfRunAsync(
        string runId,
        RunCatalogue catalogue,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run =>
                await catalogue.FieldsAsync(run.RunId, cancellation) is { } fields
                    ? Results.Ok(fields)
                    : QueryProblems.NotFound(
                        $"Run '{runId}' has no fields: it is not settled, or has no items.",
                        $"See its state with GET /api/v1/runs/{runId}."
                    ),
            cancellation
        );

    private static async Task<IResult> OfSourceAsync(
        string source,
        HttpRequest request,
        RunCatalogue catalogue,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var runs = (int)query.Whole("runs", 1, RunsMax, DefaultRuns);
        var (category, itemType) = (query.Text("category"), query.Text("item_type"));
        if (query.Errors.Count > 0)
            return QueryProblems.Invalid(query.Errors);
        try
        {
            return Results.Ok(
                new Page<FieldReport>(await catalogue.FieldsAsync(source, category, itemType, runs, cancellation))
            );
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }
}
