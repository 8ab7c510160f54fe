using Quarry.Catalogue;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Read;
using Quarry.Lode.Stores;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Queries;

/// <summary>Runs: list, record, proof.</summary>
internal static class RunEndpoints
{
    /// <summary>Adds the endpoints to <c>/api/v1/runs</c>.</summary>
    public static void MapRuns(this RouteGroupBuilder runs)
    {
        _ = runs.MapGet("", ListAsync).WithSummary("Runs, newest first.").Produces<Page<RunRecord>>();
        _ = runs.MapGet("{runId}", GetAsync).WithSummary("The record of a run.").Produces<RunRecord>();
        _ = runs.MapGet("{runId}/policy", PolicyAsync)
            .WithSummary("What the run's policy did: totals, drops, and samples over time once it is settled.")
            .Produces<PolicyHistory>();
        _ = runs.MapPost("{runId}/verify", VerifyAsync).WithSummary("The completeness proof.").Produces<VerifyReport>();
    }

    private static async Task<IResult> ListAsync(
        HttpRequest request,
        RunCatalogue catalogue,
        CancellationToken cancellation
    )
    {
        var reader = new RunQueryString(request.Query);
        var query = reader.ToRunQuery();
        if (reader.Errors.Count > 0)
            return QueryProblems.Invalid(reader.Errors);
        try
        {
            return Results.Ok(await catalogue.SearchAsync(query, cancellation));
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }

    private static Task<IResult> GetAsync(string runId, RunLookup lookup, CancellationToken cancellation) =>
        lookup.WithRunAsync(runId, run => Task.FromResult(Results.Ok(run)), cancellation);

    private static Task<IResult> PolicyAsync(
        string runId,
        RunCatalogue catalogue,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run =>
                Results.Ok(
                    new PolicyHistory(
                        run.RunId,
                        run.Policy,
                        run.SeqLast,
                        run.SeqDurable,
                        run.Drops,
                        await catalogue.SamplesAsync(run.RunId, cancellation)
                    )
                ),
            cancellation
        );

    private static Task<IResult> VerifyAsync(
        string runId,
        LodeHost lode,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run => Results.Ok(await new RunVerifier(lode.Store.Objects).VerifyAsync(run, cancellation)),
            cancellation
        );
}
