using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Launch;

/// <summary>What was asked for, and the run that it resumes.</summary>
/// <param name="Request">The request, checked.</param>
/// <param name="Resumed">The run that is tried again; null for a run of its own.</param>
/// <param name="At">Where it goes on; null to start afresh.</param>
internal sealed record Launched(LaunchRequest Request, RunRecord? Resumed, ResumePoint? At)
{
    /// <summary>A new record; a resumed run keeps its place in its tree.</summary>
    public RunRecord ToRecord()
    {
        var run = Request.ToRunRecord(TimeProvider.System);
        return Resumed is null
            ? run
            : run with
            {
                RootRunId = Resumed.RootRunId,
                EnqueuedByRunId = Resumed.EnqueuedByRunId,
                Depth = Resumed.Depth,
                Priority = Resumed.Priority,
                Resume = At,
            };
    }
}
