using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>One run: live while it goes on, from storage when it has ended.</summary>
public sealed partial class RunPage
{
    private const int PageRows = 100;
    private static readonly string[] Tabs = ["items", "logs", "artifacts", "timeline", "policy"];

    private readonly List<EventRow> storedItems = [];
    private List<LogLine> storedLines = [];
    private IReadOnlyList<ArtifactInfo> artifacts = [];
    private RunRecord? stored;
    private LiveRun? live;
    private bool missing;
    private bool moreItems;
    private string? error;
    private string? actionError;

    [Parameter]
    public string RunId { get; set; } = "";

    [SupplyParameterFromQuery]
    private string? Tab { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    private RunRecord? Run => live?.Run ?? stored;

    private string Current => Array.Find(Tabs, t => t == Tab) ?? Tabs[0];

    private IReadOnlyList<EventRow> ItemRows => live is null ? storedItems : live.Items;

    private IReadOnlyList<LogLine> Lines => live is null ? storedLines : live.Lines;

    private long Items => Math.Max(Run!.Counts.GetValueOrDefault("item"), live?.Progress.Items ?? 0);

    private long SeqLast => Math.Max(Run!.SeqLast, live?.Progress.SeqLast ?? 0);

    private long SeqDurable => Math.Max(Run!.SeqDurable, live?.Progress.SeqDurable ?? 0);

    private long Dropped => Math.Max(Run!.Drops.Sum(d => d.Count), live?.Progress.Dropped ?? 0);

    private string Elapsed
    {
        get
        {
            var time = (Run!.EndedAt ?? Clock.GetUtcNow()) - (Run.StartedAt ?? Run.QueuedAt ?? Clock.GetUtcNow());
            return time.TotalMinutes < 1
                ? $"{time.TotalSeconds:0.0} s"
                : $"{(int)time.TotalMinutes} min {time.Seconds} s";
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (live is not null)
            await live.DisposeAsync();
    }

    /// <inheritdoc/>
    protected override async Task OnParametersSetAsync()
    {
        if (stored?.RunId == RunId)
            return;
        await GuardAsync(LoadAsync);
    }

    private static string Title(string tab) => char.ToUpperInvariant(tab[0]) + tab[1..];

    private async Task LoadAsync()
    {
        stored = await Client.FindAsync(RunId, CancellationToken.None);
        missing = stored is null;
        if (stored is null)
            return;
        if (stored.IsDone)
            await LoadStoredAsync();
        else
            Follow();
    }

    private void Follow()
    {
        live = new LiveRun(Client, RunId, () => InvokeAsync(OnLiveAsync));
        live.Start();
    }

    private async Task OnLiveAsync()
    {
        if (live?.Run is { IsDone: true } && !ReferenceEquals(stored, live.Run))
            await GuardAsync(EndLiveAsync);
        StateHasChanged();
    }

    /// <summary>The run has ended: what is stored replaces what was seen live. Console lines were live only and stay.</summary>
    private async Task EndLiveAsync()
    {
        stored = live!.Run;
        artifacts = (await Client.ArtifactsAsync(RunId, CancellationToken.None)).Items;
    }

    private async Task LoadStoredAsync()
    {
        storedItems.Clear();
        await LoadMoreAsync();
        var logs = await Client.EventsAsync(RunId, "log", 0, PageRows * 10, CancellationToken.None);
        storedLines = [.. logs.Items.Select(LogLines.Of)];
        foreach (var line in stored!.Exit?.ConsoleTail ?? [])
            storedLines.Add(new("", "console", line));
        artifacts = (await Client.ArtifactsAsync(RunId, CancellationToken.None)).Items;
    }

    private async Task LoadMoreAsync()
    {
        var after = storedItems.Count == 0 ? 0 : storedItems[^1].Seq;
        var page = await Client.EventsAsync(RunId, "item", after, PageRows, CancellationToken.None);
        storedItems.AddRange(page.Items);
        moreItems = page.NextCursor is not null || page.Items.Count == PageRows;
    }

    private async Task ActAsync(string action)
    {
        try
        {
            await Client.ActAsync(RunId, action, CancellationToken.None);
            actionError = null;
        }
        catch (Exception e) when (e is HttpRequestException or ServiceFailedException)
        {
            actionError = e.Message;
        }
    }

    private async Task RetryAsync()
    {
        try
        {
            var retry = await Client.RetryAsync(RunId, CancellationToken.None);
            Navigation.NavigateTo($"/runs/{retry.RunId}", forceLoad: true);
        }
        catch (Exception e) when (e is HttpRequestException or ServiceFailedException)
        {
            actionError = e.Message;
        }
    }

    private async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act();
            error = null;
        }
        catch (Exception e) when (e is HttpRequestException or ServiceFailedException)
        {
            error = e.Message;
        }
    }
}
