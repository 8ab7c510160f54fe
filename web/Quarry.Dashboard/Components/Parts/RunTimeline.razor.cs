using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>How long each phase took, and what happened besides items and logs.</summary>
public sealed partial class RunTimeline
{
    private const int RowsMax = 100;

    private static readonly EventType[] Milestones =
    [
        EventType.Checkpoint,
        EventType.Enqueue,
        EventType.RotateProxy,
        EventType.RunError,
        EventType.RunComplete,
    ];

    private readonly List<EventRow> stored = [];
    private string? loadedId;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunRecord Run { get; set; } = default!;

    /// <summary>Milestones heard while it went on; null when it was not followed.</summary>
    [Parameter]
    public IReadOnlyList<EventRow>? Live { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    private TimeSpan Total => (Run.EndedAt ?? Clock.GetUtcNow()) - (Run.QueuedAt ?? Clock.GetUtcNow());

    private IEnumerable<(string Name, TimeSpan Took)> Phases
    {
        get
        {
            var now = Run.EndedAt ?? Clock.GetUtcNow();
            if (Run.QueuedAt is { } queued)
                yield return ("waited in the queue", (Run.StartedAt ?? now) - queued);
            if (Run.StartedAt is { } started)
                yield return ("until its first event", (Run.FirstEventAt ?? now) - started);
            if (Run.FirstEventAt is { } first)
                yield return ("emitted events", now - first);
        }
    }

    private IEnumerable<Point> Points => States.Concat(Events).OrderBy(p => p.At, StringComparer.Ordinal);

    private IEnumerable<Point> States
    {
        get
        {
            if (Run.QueuedAt is { } queued)
                yield return new(Time(queued), "queued", null, "accepted", "");
            if (Run.StartedAt is { } started)
                yield return new(Time(started), "started", null, $"on {Run.Runner}", "");
            if (Run.FirstEventAt is { } first)
                yield return new(Time(first), "first event", null, "seen by the runner", "");
            if (Run.EndedAt is { } ended)
                yield return new(Time(ended), "ended", null, Ending, RunText.IsFailed(Run) ? "bad" : "");
        }
    }

    private string Ending =>
        $"as {RunText.State(Run)}"
        + (Run.ExitCode is { } code ? $", the executor exited with {code}" : "")
        + (Run.Exit?.Signal is { } signal ? $", the executor was ended by signal {signal}" : "");

    private IEnumerable<Point> Events =>
        (Run.IsDone ? stored : Live ?? []).Select(row => new Point(
            row.Ts.Replace('T', ' ').TrimEnd('Z'),
            row.Type.Replace('_', ' '),
            row.Seq,
            RowText.Cut(RowText.Visible(Detail(row))),
            IsError(row) ? "bad" : ""
        ));

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (!Run.IsDone || loadedId == Run.RunId)
            return;
        loadedId = Run.RunId;
        _ = await GuardAsync(LoadAsync);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        stored.Clear();
        foreach (var type in Milestones.Where(t => RunText.Count(Run, t.Name()) > 0))
            stored.AddRange((await Client.EventsAsync(Run.RunId, type, 0, RowsMax, cancellation)).Items);
    }

    private static bool IsError(EventRow row) => row.Type == EventType.RunError.Name();

    // The stack of an error stands below, on lines of its own.
    private static string Detail(EventRow row) =>
        IsError(row)
            ? $"{RowText.Of(row, "error_type").Replace('_', ' ')}: {RowText.Of(row, "message")}"
            : row.Payload.GetRawText();

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss.fff");

    private sealed record Point(string At, string Name, long? Seq, string Detail, string Css);
}
