using System.Text.Json;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Api;

/// <summary>
/// Checks a launch request and makes the first run record of it. Needs no disk: the script is checked elsewhere.
/// </summary>
public static class LaunchValidation
{
    /// <summary>What is wrong, one entry per field; empty when the run may be launched.</summary>
    public static IReadOnlyList<FieldError> Validate(this LaunchRequest request)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(request.Script))
            errors.Add(new("script", "is required: the path of a script"));
        CheckPartition(errors, "source", request.Source, required: true);
        CheckPartition(errors, "category", request.Category, required: false);
        CheckPartition(errors, "dataset", request.Dataset, required: false);
        CheckIds(errors, request);
        CheckLineage(errors, request);
        CheckSizes(errors, request);
        errors.AddRange(request.Proxy?.Validate() ?? []);
        errors.AddRange(request.Politeness?.Validate() ?? []);
        errors.AddRange((request.Policy ?? new()).Validate().Select(e => e with { Field = $"policy.{e.Field}" }));
        return errors;
    }

    /// <summary>The record of the run that a valid request asks for, in state queued.</summary>
    public static RunRecord ToRunRecord(this LaunchRequest request, TimeProvider clock)
    {
        var now = clock.GetUtcNow();
        var runId = request.RunId ?? RunIds.New(clock);
        return new RunRecord
        {
            RunId = runId,
            RootRunId = runId,
            JobId = request.JobId,
            ParentRunId = request.ParentRunId,
            Attempt = request.Attempt ?? 1,
            State = RunState.Queued,
            Script = new(request.Script!),
            Job = request.Job,
            Source = request.Source!,
            Category = request.Category ?? Partition.DefaultCategory,
            Day = Partition.DayOf(now),
            Dataset = request.Dataset ?? Partition.DefaultDataset,
            Policy = (request.Policy ?? new()).WithDefaults(),
            Limits = request.Limits ?? new(),
            Retry = request.Retry ?? new(),
            Priority = request.Priority ?? RunPriority.Normal,
            FanOut = request.FanOut ?? new(),
            Proxy = request.Proxy,
            Politeness = request.Politeness,
            Labels = request.Labels ?? new Dictionary<string, string>(),
            QueuedAt = now,
        };
    }

    private static void CheckPartition(List<FieldError> errors, string field, string? value, bool required)
    {
        if (value is null && !required)
            return;
        var reason = value is null ? "missing" : PartitionValue.Refuse(value);
        if (reason is null)
            return;
        errors.Add(
            new(
                field,
                reason switch
                {
                    "missing" or "empty" => "is required and must not be empty",
                    "dots" => "must not be '.' or '..'",
                    _ => $"is longer than {Limits.PartitionValueBytesMax} bytes once escaped; choose a shorter one",
                }
            )
        );
    }

    private static void CheckIds(List<FieldError> errors, LaunchRequest request)
    {
        Check("run_id", request.RunId);
        Check("job_id", request.JobId);
        Check("parent_run_id", request.ParentRunId);

        void Check(string field, string? id)
        {
            if (id is not null && !RunIds.IsValid(id))
                errors.Add(new(field, $"must be 1 to {Limits.IdCharsMax} letters, digits or . _ : -"));
        }
    }

    private static void CheckLineage(List<FieldError> errors, LaunchRequest request)
    {
        var attempt = request.Attempt ?? 1;
        if (attempt < 1)
            errors.Add(new("attempt", "must be 1 or more"));
        if (attempt > 1 && request.ParentRunId is null)
            errors.Add(new("parent_run_id", $"is required for attempt {attempt}: the run that is tried again"));
        if (attempt == 1 && request.ParentRunId is not null)
            errors.Add(new("attempt", "must be 2 or more when parent_run_id is given"));
    }

    private static void CheckSizes(List<FieldError> errors, LaunchRequest request)
    {
        if (request.Job is { } job && JsonSerializer.SerializeToUtf8Bytes(job).Length > Limits.JobBytesMax)
            errors.Add(new("job", $"is larger than {Limits.JobBytesMax:N0} bytes; put the bulk into a file or a page"));
        if (request.Labels?.Count > Limits.LabelsMax)
            errors.Add(new("labels", $"has {request.Labels.Count} entries, limit {Limits.LabelsMax}"));
        if (request.Limits is { IsValid: false })
            errors.Add(new("limits", "must not be negative; 0 means no bound"));
        CheckRetry(errors, request.Retry ?? new());
        CheckFanOut(errors, request.FanOut ?? new());
    }

    private static void CheckRetry(List<FieldError> errors, RetryOptions retry)
    {
        if (retry.MaxAttempts is < 1 or > Limits.AttemptsMax)
            errors.Add(new("retry.max_attempts", $"must be 1 to {Limits.AttemptsMax}"));
        if (retry.BackoffMs is < 0 or > Limits.BackoffMsMax)
            errors.Add(new("retry.backoff_ms", $"must be 0 to {Limits.BackoffMsMax:N0}"));
    }

    private static void CheckFanOut(List<FieldError> errors, FanOutOptions fanOut)
    {
        if (fanOut.Depth is < 0 or > Limits.FanOutDepthMax)
            errors.Add(new("fan_out.depth", $"must be 0 to {Limits.FanOutDepthMax}"));
        if (fanOut.MaxRuns is < 0 or > Limits.TreeRunsMax)
            errors.Add(new("fan_out.max_runs", $"must be 0 to {Limits.TreeRunsMax:N0}"));
        if (fanOut.Parallel < 0)
            errors.Add(new("fan_out.parallel", "must not be negative; 0 means no bound"));
    }
}
