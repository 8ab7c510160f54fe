using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>One run: live while it goes on, from storage when it has ended. The address holds tab, filters and selection.</summary>
public sealed partial class RunPage
{
    private RunRecord? stored;
    private LiveRun? following;
    private bool isMissing;
    private string? loadedId;

    /// <summary>The run.</summary>
    [Parameter]
    public string RunId { get; set; } = "";

    [SupplyParameterFromQuery]
    private string? Tab { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    private RunRecord? Run => stored is { IsDone: true } ? stored : following?.View.Run ?? stored;

    /// <summary>What is heard of a run that goes on; null for one that has ended before the page was opened.</summary>
    private LiveRun? Live => following;

    private (string Name, long Count)[] Tabs =>
        [
            ("timeline", 0),
            ("items", Math.Max(RunText.Count(Run!, "item"), Live?.View.Progress.Items ?? 0)),
            ("logs", RunText.Count(Run!, "log")),
            ("artifacts", Run!.Artifacts.Count),
            ("lineage", 0),
            ("policy", 0),
        ];

    private string Current => Array.Exists(Tabs, t => t.Name == Tab) ? Tab! : "items";

    /// <inheritdoc/>
    public override async ValueTask DisposeAsync()
    {
        await LeaveAsync();
        await base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (!RendererInfo.IsInteractive || loadedId == RunId)
            return;
        loadedId = RunId;
        (stored, isMissing) = (null, false);
        await LeaveAsync();
        _ = await GuardAsync(LoadAsync);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        stored = await Client.FindAsync(RunId, cancellation);
        isMissing = stored is null;
        if (stored is null or { IsDone: true })
            return;
        following = new LiveRun(Client, RunId, Clock, () => InvokeAsync(OnHeard));
        following.Start();
    }

    private void OnHeard()
    {
        if (following?.View.Run is { IsDone: true } ended)
            stored = ended;
        StateHasChanged();
    }

    private async Task LeaveAsync()
    {
        if (following is { } left)
            await left.DisposeAsync();
        following = null;
    }
}
