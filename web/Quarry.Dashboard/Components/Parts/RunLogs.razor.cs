using Microsoft.AspNetCore.Components;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>
/// Log events and console lines. Console lines are heard live, and their last ones are kept in the record of a run that
/// ended badly.
/// </summary>
public sealed partial class RunLogs
{
    private const int ShownMax = 500;
    private List<LogLine>? stored;
    private bool isCut;
    private string? loadedId;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunRecord Run { get; set; } = default!;

    /// <summary>Lines heard while it went on; null when it was not followed.</summary>
    [Parameter]
    public IReadOnlyList<LogLine>? Live { get; set; }

    [SupplyParameterFromQuery]
    private string? Level { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    // What was heard has the console lines, which storage has not: it stays when the run ends.
    private IReadOnlyList<LogLine>? Lines => Live ?? stored;

    private List<LogLine> Shown => [.. (Lines ?? []).Where(Matches).TakeLast(ShownMax)];

    private string? Limit =>
        (Lines!.Count(Matches) > ShownMax, isCut) switch
        {
            (true, _) => $"The last {ShownMax} of {Lines!.Count(Matches):N0} lines.",
            (_, true) =>
                $"The first {Limits.PageRowsMax:N0} log events; GET /api/v1/runs/{Run.RunId}/events?type=log has all.",
            _ => null,
        };

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (Live is not null || !Run.IsDone || loadedId == Run.RunId)
            return;
        loadedId = Run.RunId;
        _ = await GuardAsync(LoadAsync);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var page = await Client.EventsAsync(Run.RunId, EventType.Log, 0, Limits.PageRowsMax, cancellation);
        isCut = page.NextCursor is not null;
        var console = (Run.Exit?.ConsoleTail ?? []).Select(text => new LogLine("", LogLine.Console, text));
        stored = [.. page.Items.Select(LogLine.Of), .. console];
    }

    private bool Matches(LogLine line) =>
        (string.IsNullOrEmpty(Level) || line.Level == Level)
        && (string.IsNullOrEmpty(Text) || line.Text.Contains(Text, StringComparison.OrdinalIgnoreCase));

    private void Set(string name, object? value) =>
        Navigation.NavigateTo(
            Navigation.GetUriWithQueryParameter(name, value?.ToString() is { Length: > 0 } text ? text : null),
            replace: true
        );

    private static string Time(string at) => at.Length >= 23 ? at[11..23] : "";
}
