using System.Text.Json;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Lode.Read;
using Quarry.Lode.Stores;

namespace Quarry.Catalogue;

/// <summary>What is known of a run once it is settled, and does not change any more.</summary>
/// <param name="Samples">What its policy had counted, oldest first.</param>
/// <param name="Fields">What the fields of its items hold; null when it has none.</param>
public sealed record RunFigures(IReadOnlyList<RunSample> Samples, FieldReport? Fields)
{
    /// <summary>Figures of a run that has none, and will have none.</summary>
    public static readonly RunFigures None = new([], null);

    /// <summary>Reads the figures of a run from the log; null when it is not settled yet.</summary>
    /// <exception cref="StoreException">They are damaged, or the store failed.</exception>
    public static async Task<RunFigures?> ReadAsync(LodeReader log, RunRecord run, CancellationToken cancellation)
    {
        if (run.Deleted is not null)
            return None;
        if (!run.IsDone || !await log.IsSettledAsync(run, cancellation))
            return null;
        try
        {
            return new(await log.SamplesAsync(run, cancellation), await log.FieldsAsync(run, cancellation));
        }
        catch (JsonException e)
        {
            throw new StoreException($"The figures of run {run.RunId} cannot be read: {e.Message}", e);
        }
    }
}

/// <summary>A run as the catalogue takes it.</summary>
/// <param name="Run">Its newest record.</param>
/// <param name="Figures">Its figures; null leaves those that are there.</param>
public sealed record CatalogueEntry(RunRecord Run, RunFigures? Figures = null);
