using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>Items of a run: the newest while it goes on, page by page when it has ended.</summary>
public sealed partial class RunItems
{
    private const int PageRows = 100;
    private Page<EventRow>? page;
    private (string RunId, long? After)? loaded;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunRecord Run { get; set; } = default!;

    /// <summary>Items heard while it went on, newest first; null when it was not followed.</summary>
    [Parameter]
    public IReadOnlyList<EventRow>? Live { get; set; }

    [SupplyParameterFromQuery(Name = "type")]
    private string? ItemType { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    private string? Text { get; set; }

    [SupplyParameterFromQuery]
    private long? Seq { get; set; }

    [SupplyParameterFromQuery]
    private long? After { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    private IReadOnlyList<EventRow>? Rows => Run.IsDone ? page?.Items : Live ?? [];

    private EventRow? Selected => Seq is { } seq ? Rows?.FirstOrDefault(r => r.Seq == seq) : null;

    private string Emptiness =>
        (Run.IsDone, After) switch
        {
            (false, _) => "No item yet. Items appear here as the script emits them.",
            (true, null) => "The run emitted no item.",
            _ => "There are no items after this one.",
        };

    private string Position =>
        Run.IsDone
            ? $"seq {Rows![0].Seq:N0} to {Rows[^1].Seq:N0}, in the order they were emitted"
            : $"the newest {Rows!.Count:N0}, newest first";

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (!Run.IsDone || loaded == (Run.RunId, After))
            return;
        loaded = (Run.RunId, After);
        page = null;
        _ = await GuardAsync(async cancellation =>
            page = await Client.EventsAsync(Run.RunId, EventType.Item, After ?? 0, PageRows, cancellation)
        );
    }

    private void Set(string name, object? value) =>
        Navigation.NavigateTo(Address((name, value?.ToString() is { Length: > 0 } text ? text : null)), replace: true);

    private string Address(params (string Name, string? Value)[] changes) =>
        Navigation.GetUriWithQueryParameters(changes.ToDictionary(c => c.Name, c => (object?)c.Value));
}
