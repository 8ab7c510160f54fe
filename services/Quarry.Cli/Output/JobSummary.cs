using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Output;

/// <summary>A job: the runs with its id.</summary>
/// <param name="JobId">Its id.</param>
/// <param name="Runs">Runs with its id, every attempt.</param>
/// <param name="ByOutcome">How those that ended did.</param>
/// <param name="Last">The newest of them.</param>
internal sealed record JobSummary(string JobId, int Runs, IReadOnlyDictionary<string, int> ByOutcome, RunRecord Last)
{
    /// <summary>The jobs of runs, the one with the newest run first.</summary>
    public static List<JobSummary> Of(IEnumerable<RunRecord> runs) =>
        [
            .. runs.Where(r => r.JobId is not null)
                .GroupBy(r => r.JobId!, StringComparer.Ordinal)
                .Select(job => Of(job.Key, [.. job]))
                .OrderByDescending(j => j.Last.QueuedAt),
        ];

    /// <summary>One job.</summary>
    public static JobSummary Of(string jobId, IReadOnlyList<RunRecord> runs) =>
        new(
            jobId,
            runs.Count,
            runs.Where(r => r.Outcome is not null)
                .GroupBy(r => QuarryNames.Of(r.Outcome!.Value))
                .OrderBy(g => g.Key, StringComparer.Ordinal)
                .ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal),
            runs.MaxBy(r => r.QueuedAt)!
        );
}
