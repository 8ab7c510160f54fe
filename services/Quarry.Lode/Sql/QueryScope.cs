using System.IO.Enumeration;
using Quarry.Contracts.Runs;
using Quarry.Lode.Keys;

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

    /// <summary>The settled files of the scope, as a glob.</summary>
    internal string Parquet =>
        $"datasets/{Segment(Dataset)}/partitions/source={Segment(Source)}/category=*/day=*/run_id={Segment(RunId)}"
        + "/event_type=*/*.parquet";

    /// <summary>What says of the runs of the scope, and of others, that they are settled; a glob.</summary>
    internal string Settled => $"datasets/{Segment(Dataset)}/log/run_id={Segment(RunId)}/{RunKeys.SettledName}";

    /// <summary>True when a key is one of a glob's; its stars stand for parts of a name.</summary>
    internal static bool IsMatch(string key, string glob)
    {
        var (parts, globs) = (key.Split('/'), glob.Split('/'));
        return parts.Length == globs.Length
            && parts.Zip(globs).All(p => FileSystemName.MatchesSimpleExpression(p.Second, p.First, ignoreCase: false));
    }

    private static string Segment(string? value) => value is null ? "*" : PartitionValue.Escape(value);
}
