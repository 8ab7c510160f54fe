using Quarry.Catalogue;
using Quarry.Contracts.Runs;
using Quarry.Lode.Maintenance;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Settling;

/// <summary>Deletes what is stored of a run, while nobody settles it; the catalogue is told (CONTRACT_LODE rule 31).</summary>
internal sealed class RunRemoval(LodeHost lode, RunCatalogue catalogue, RunClaims claims, TimeProvider clock)
{
    private const string By = "the API";

    private RunDeletion Deletion => new(lode.Store.Objects, clock);

    /// <summary>Why a run stays for now; null when it can be deleted.</summary>
    public async Task<string?> KeptAsync(RunRecord run, CancellationToken cancellation)
    {
        if (!run.IsDone)
            return $"Run '{run.RunId}' has not ended.";
        return run.Deleted is null && !await lode.Store.Reader.IsSettledAsync(run, cancellation)
            ? $"Run '{run.RunId}' is not settled yet."
            : null;
    }

    /// <summary>How many objects a deletion would remove.</summary>
    public async Task<int> ObjectsAsync(RunRecord run, CancellationToken cancellation) =>
        (await Deletion.ObjectsAsync(run, cancellation)).Count;

    /// <summary>Deletes a run; false when it is being settled or deleted in this moment.</summary>
    public async Task<bool> TryDeleteAsync(RunRecord run, CancellationToken cancellation)
    {
        using var claim = claims.TryClaim(run.RunId);
        if (claim is null)
            return false;
        var tombstone = await Deletion.DeleteAsync(run, By, cancellation);
        await catalogue.ProjectAsync(tombstone, RunFigures.None);
        return true;
    }
}
