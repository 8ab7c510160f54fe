namespace Quarry.Dashboard.Runs;

/// <summary>Where a run is in the queue, as the runner tells it.</summary>
/// <param name="Reason">Why it waits.</param>
/// <param name="Position">Its place among those that wait, from 1; 0 when it does not wait.</param>
/// <param name="NotBefore">When its time comes, where that is why.</param>
internal sealed record QueuePlace(string Reason, long Position, DateTimeOffset? NotBefore = null)
{
    /// <summary>Place and reason, in a sentence each.</summary>
    public string ToText() => Position > 0 ? $"Place {Position:N0} in the queue. {Why}" : Why;

    private string Why =>
        Reason switch
        {
            "in_hand" => "A runner has it and starts it.",
            "no_free_place" =>
                "Every place of every runner is taken; it starts when one becomes free: docs/operations/run-waits.md",
            "not_before" => $"It is a retry, and waits until {RunText.Time(NotBefore)} UTC.",
            "paused" => "Its source, or the whole queue, is paused; POST /api/v1/queue/resume lets it go on.",
            "source_concurrency" => "As many runs of its source as may run at the same time do.",
            "script_concurrency" => "As many runs of its script as may run at the same time do.",
            "tree_concurrency" => "As many runs of its tree as may run at the same time do.",
            _ => $"The runner says: {Reason.Replace('_', ' ')}.",
        };
}
