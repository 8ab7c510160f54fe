using Microsoft.AspNetCore.Components;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>Resources of the application and the details of a chosen one; the address holds which.</summary>
public sealed partial class ResourceList
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private List<ResourceView>? resources;
    private ResourceLog? log;
    private string? busy;
    private string? refused;
    private string? shown;

    [SupplyParameterFromQuery(Name = "resource")]
    private string? Selected { get; set; }

    [Inject]
    private ControlApi Control { get; set; } = default!;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        if (Control.IsThere)
            Repeat(LookEvery, LoadAsync);
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (resources is null || shown == Selected)
            return;
        log = null;
        _ = await GuardAsync(LoadAsync);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        shown = Selected;
        resources = await Control.ResourcesAsync(cancellation);
        log = shown is null ? null : await Control.LogAsync(shown, cancellation);
    }

    private async Task DoAsync(string resource, Func<string, CancellationToken, Task> command)
    {
        busy = resource;
        var isDone = await GuardAsync(cancellation => command(resource, cancellation));
        (refused, Error, busy) = (isDone ? null : Error, null, null);
    }

    /// <summary>What happened, without the lines that follow: they are in the log, behind the resource's name.</summary>
    private static string? Why(ResourceView resource) =>
        resource.Reason?.Split('\n')[0].Trim()
        ?? (resource.ExitCode is { } code ? $"It ended with exit code {code}." : null);

    private string Address(string? resource) => Navigation.GetUriWithQueryParameter("resource", resource);
}
