using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>Where a run stands in its tree; what is below it opens branch by branch.</summary>
public sealed partial class RunLineage
{
    private Lineage? lineage;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunRecord Run { get; set; } = default!;

    [Inject]
    private RunsClient Client { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized() => Repeat(LineageBranch.LookEvery, LookAsync);

    /// <inheritdoc/>
    protected override void OnParametersSet()
    {
        if (lineage is not null && lineage.RunId != Run.RunId)
            lineage = null;
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        if (lineage is null or { Tree.Active: > 0 } || !Run.IsDone)
            lineage = await Client.LineageAsync(Run.RunId, 1, cancellation);
    }

    private static RenderFragment Link(string? runId, string otherwise) =>
        builder =>
        {
            builder.OpenElement(0, runId is null ? "span" : "a");
            builder.AddAttribute(1, "class", runId is null ? "muted" : "mono");
            if (runId is not null)
                builder.AddAttribute(2, "href", $"/runs/{runId}?tab=lineage");
            builder.AddContent(3, runId ?? otherwise);
            builder.CloseElement();
        };
}
