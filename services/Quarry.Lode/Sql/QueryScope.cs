using Quarry.Contracts.Runs;

namespace Quarry.Lode.Sql;

/// <summary>The part of a storage that a query sees; everything when nothing is said.</summary>
/// <param name="RunId">One run.</param>
/// <param name="Source">Runs of one source.</param>
/// <param name="Dataset">Runs of one dataset.</param>
public sealed record QueryScope(string? RunId = null, string? Source = null, string? Dataset = null)
{
    /// <summary>True when a run is seen.</summary>
    public bool Includes(RunRecord run) =>
        (RunId ?? run.RunId) == run.RunId
        && (Source ?? run.Source) == run.Source
        && (Dataset ?? run.Dataset) == run.Dataset;

    /// <summary>The settled files of the scope, as a glob below the root.</summary>
    internal string Glob =>
        $"datasets/{Segment(Dataset)}/partitions/source={Segment(Source)}/category=*/day=*/run_id={Segment(RunId)}"
        + "/event_type=*/*.parquet";

    private static string Segment(string? value) => value is null ? "*" : PartitionValue.Escape(value);
}
