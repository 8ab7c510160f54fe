using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>Runs, newest first. The address holds every filter; the first page is looked at again every few seconds.</summary>
public sealed partial class RunList
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private RunFilters filters = new();
    private Page<RunRecord>? page;

    [Inject]
    private RunsClient Client { get; set; } = default!;

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        Navigation.LocationChanged -= OnLocationChanged;
        return base.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        filters = RunFilters.Of(Navigation.Uri);
        Navigation.LocationChanged += OnLocationChanged;
        Repeat(
            LookEvery,
            cancellation => page is null || filters.IsFirstPage ? LoadAsync(cancellation) : Task.CompletedTask
        );
    }

    private void OnLocationChanged(object? sender, LocationChangedEventArgs e) =>
        _ = InvokeAsync(async () =>
        {
            if (new Uri(e.Location).AbsolutePath != "/runs")
                return;
            filters = RunFilters.Of(e.Location);
            page = null;
            StateHasChanged();
            _ = await GuardAsync(LoadAsync);
            StateHasChanged();
        });

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var asked = filters;
        var loaded = await Client.ListAsync(asked.ToApiQuery(), cancellation);
        // An answer to filters that were changed meanwhile is not shown.
        if (ReferenceEquals(asked, filters))
            page = loaded;
    }

    private void Change(RunFilter filter, string value)
    {
        filters[filter.Name] = value;
        Apply();
    }

    private void Apply() => Navigation.NavigateTo(filters.Address());
}
