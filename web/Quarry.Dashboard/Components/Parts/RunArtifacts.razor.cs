using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Gateway;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>Artifacts of a run: downloads, and a look at those that are images.</summary>
public sealed partial class RunArtifacts
{
    private IReadOnlyList<ArtifactInfo>? artifacts;
    private (string RunId, bool IsDone, int Heard)? loaded;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunRecord Run { get; set; } = default!;

    /// <summary>Milestones heard while it went on, artifacts among them; null when it was not followed.</summary>
    [Parameter]
    public IReadOnlyList<EventRow>? Live { get; set; }

    [SupplyParameterFromQuery(Name = "artifact")]
    private string? ArtifactId { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    private ArtifactInfo? Selected =>
        artifacts?.FirstOrDefault(a => a.ArtifactId == ArtifactId && ArtifactPreview.IsImage(a.ContentType));

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        // Read again when another one was heard of, and once more at the end.
        var heard = Live?.Count(row => row.Type == EventType.Artifact.Name()) ?? 0;
        if (loaded == (Run.RunId, Run.IsDone, heard))
            return;
        loaded = (Run.RunId, Run.IsDone, heard);
        _ = await GuardAsync(async cancellation =>
            artifacts = (await Client.ArtifactsAsync(Run.RunId, cancellation)).Items
        );
    }

    private string Address(string? artifactId) => Navigation.GetUriWithQueryParameter("artifact", artifactId);
}
