using Quarry.Catalogue;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Queries;

/// <summary>Finds the run a request is about: in the catalogue, else in the log, which decides.</summary>
internal sealed class RunLookup(RunCatalogue catalogue, LodeHost lode)
{
    /// <summary>Answers with a run, or says that there is none; a storage that cannot be read is named.</summary>
    public async Task<IResult> WithRunAsync(
        string runId,
        Func<RunRecord, Task<IResult>> answer,
        CancellationToken cancellation
    )
    {
        try
        {
            var run =
                await catalogue.FindAsync(runId, cancellation)
                ?? await lode.Store.Reader.FindRunAsync(runId, cancellation);
            return run is null
                ? QueryProblems.NotFound($"There is no run '{runId}'.", "List runs with GET /api/v1/runs.")
                : await answer(run);
        }
        catch (Exception e) when (e is StoreException or InvalidDataException)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }
}
