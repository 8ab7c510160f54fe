using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Lode.Stores;

namespace Quarry.LodeWriter.Queries;

/// <summary>Figures of runs, and what lies where: datasets, partitions, fields.</summary>
internal static class StatisticsEndpoints
{
    private const int DefaultLimit = 100;
    private static readonly TimeSpan SinceDefault = TimeSpan.FromDays(7);

    /// <summary>Adds the endpoints.</summary>
    public static void MapStatistics(this IEndpointRouteBuilder app)
    {
        _ = app.MapGet("/api/v1/stats/runs", StatisticsAsync)
            .WithSummary("Runs, outcomes, events, drops and time by source, category, dataset, script, policy or day.")
            .Produces<RunStatistics>();
        _ = app.MapGet("/api/v1/datasets", DatasetsAsync).WithSummary("Datasets.").Produces<Page<DatasetInfo>>();
        _ = app.MapGet("/api/v1/datasets/{dataset}/partitions", PartitionsAsync)
            .WithSummary("Partitions of a dataset, by source, category and day.")
            .Produces<Page<PartitionInfo>>();
        _ = app.MapGet("/api/v1/datasets/{dataset}/schema", SchemaAsync)
            .WithSummary("Item types of a dataset with their fields, of the newest settled run that has each.")
            .Produces<DatasetSchema>();
    }

    private static Task<IResult> StatisticsAsync(
        HttpRequest request,
        RunCatalogue catalogue,
        TimeProvider clock,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var asked = new StatisticsQuery(
            query.Name<StatisticsBy>("by") ?? StatisticsBy.Source,
            query.Instant("since") ?? clock.GetUtcNow() - SinceDefault,
            query.Instant("until"),
            query.Text("source"),
            query.Text("dataset"),
            (int)query.Whole("limit", 1, Limits.PageRowsMax, DefaultLimit)
        );
        return AnswerAsync(query.Errors, async () => Results.Ok(await catalogue.StatisticsAsync(asked, cancellation)));
    }

    private static Task<IResult> DatasetsAsync(RunCatalogue catalogue, CancellationToken cancellation) =>
        AnswerAsync([], async () => Results.Ok(new Page<DatasetInfo>(await catalogue.DatasetsAsync(cancellation))));

    private static Task<IResult> PartitionsAsync(
        string dataset,
        HttpRequest request,
        RunCatalogue catalogue,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var cursor = query.Text("cursor");
        var after = cursor is null ? null : PartitionCursor.Parse(cursor);
        var asked = new PartitionQuery(
            dataset,
            query.Text("source"),
            query.Text("category"),
            after,
            (int)query.Whole("limit", 1, Limits.PageRowsMax, DefaultLimit)
        );
        IReadOnlyList<FieldError> errors =
            cursor is null || after is not null
                ? query.Errors
                : [.. query.Errors, new("cursor", "is not a next_cursor of a page before; start again without it")];
        return OfDatasetAsync(
            dataset,
            catalogue,
            errors,
            async () => Results.Ok(await catalogue.PartitionsAsync(asked, cancellation)),
            cancellation
        );
    }

    private static Task<IResult> SchemaAsync(
        string dataset,
        string? source,
        RunCatalogue catalogue,
        CancellationToken cancellation
    ) =>
        OfDatasetAsync(
            dataset,
            catalogue,
            [],
            async () => Results.Ok(await catalogue.SchemaAsync(dataset, source, cancellation)),
            cancellation
        );

    private static Task<IResult> OfDatasetAsync(
        string dataset,
        RunCatalogue catalogue,
        IReadOnlyList<FieldError> errors,
        Func<Task<IResult>> answer,
        CancellationToken cancellation
    ) =>
        AnswerAsync(
            errors,
            async () =>
                await catalogue.HasDatasetAsync(dataset, cancellation)
                    ? await answer()
                    : QueryProblems.NotFound(
                        $"There is no dataset '{dataset}'.",
                        "List them with GET /api/v1/datasets."
                    )
        );

    private static async Task<IResult> AnswerAsync(IReadOnlyList<FieldError> errors, Func<Task<IResult>> answer)
    {
        if (errors.Count > 0)
            return QueryProblems.Invalid(errors);
        try
        {
            return await answer();
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }
}
