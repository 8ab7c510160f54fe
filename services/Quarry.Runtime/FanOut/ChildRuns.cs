using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.FanOut;

/// <summary>Makes child runs of what enqueue events ask for (CONTRACT_RUN rule 24).</summary>
public static class ChildRuns
{
    /// <summary>True when a run's enqueue events may start anything.</summary>
    public static bool MayFanOut(RunRecord run) => run.FanOut.Depth > 0;

    /// <summary>True when a child of the run would lie below the depth.</summary>
    public static bool IsTooDeep(RunRecord run) => run.Depth >= run.FanOut.Depth;

    /// <summary>Why a request cannot be run at all, apart from its target; null when it can.</summary>
    public static string? Refuse(ChildRequest request)
    {
        if (request.Source is { } source && PartitionValue.Refuse(source) is { } badSource)
            return $"its source '{source}' cannot be one ({badSource})";
        if (request.Category is { } category && PartitionValue.Refuse(category) is { } badCategory)
            return $"its category '{category}' cannot be one ({badCategory})";
        return request.Params.GetRawText().Length > Limits.JobBytesMax
            ? $"its params are larger than {Limits.JobBytesMax:N0} bytes"
            : null;
    }

    /// <summary>The record of a child run: what the request does not say is inherited.</summary>
    /// <param name="parent">The run that asked.</param>
    /// <param name="request">What it asked for.</param>
    /// <param name="runId">Id of the child.</param>
    /// <param name="scriptPath">The target, found below a script root.</param>
    /// <param name="clock">The time it is queued at.</param>
    public static RunRecord Create(
        RunRecord parent,
        ChildRequest request,
        string runId,
        string scriptPath,
        TimeProvider clock
    )
    {
        var now = clock.GetUtcNow();
        return new()
        {
            RunId = runId,
            RootRunId = parent.RootRunId ?? parent.RunId,
            EnqueuedByRunId = parent.RunId,
            Depth = parent.Depth + 1,
            State = RunState.Queued,
            Script = new(scriptPath),
            Job = request.Params,
            Source = request.Source ?? parent.Source,
            Category = request.Category ?? parent.Category,
            Day = Partition.DayOf(now),
            Dataset = parent.Dataset,
            Policy = parent.Policy,
            Limits = parent.Limits,
            Retry = parent.Retry,
            Priority = parent.Priority,
            FanOut = parent.FanOut,
            Proxy = parent.Proxy,
            Politeness = parent.Politeness,
            Labels = parent.Labels,
            QueuedAt = now,
        };
    }
}
