using Microsoft.AspNetCore.Components;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>What a resource is connected to, its variables, and its log, which can be searched and held still.</summary>
public sealed partial class ResourceDetail
{
    private string text = "";
    private ResourceLog? paused;

    /// <summary>The resource.</summary>
    [Parameter, EditorRequired]
    public required ResourceView Resource { get; set; }

    /// <summary>All resources, to know which of them use this one.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<ResourceView> All { get; set; }

    /// <summary>What it wrote so far.</summary>
    [Parameter, EditorRequired]
    public required ResourceLog Log { get; set; }

    private ResourceLog Kept => paused ?? Log;

    private long Unseen => Log.Next - Kept.Next;

    private IEnumerable<string> UsedBy => All.Where(r => r.References.Contains(Resource.Name)).Select(r => r.Name);

    private List<ResourceLine> Shown =>
        [
            .. Kept
                .Lines.Where(l => l.Text.Contains(text, StringComparison.OrdinalIgnoreCase))
                .TakeLast(ControlApi.LinesMax),
        ];

    private void Pause() => paused = paused is null ? Log : null;

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.DefaultIfEmpty("nothing"));
}
