using Microsoft.AspNetCore.Components;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>What runs now, what failed lately, what ran last; looked at again every two seconds.</summary>
public sealed partial class Home
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(2);
    private readonly CancellationTokenSource left = new();
    private IReadOnlyList<RunRecord>? going;
    private IReadOnlyList<RunRecord>? failed;
    private IReadOnlyList<RunRecord>? recent;
    private string? error;

    [Inject]
    private RunsClient Client { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    /// <inheritdoc/>
    public void Dispose()
    {
        left.Cancel();
        left.Dispose();
    }

    /// <inheritdoc/>
    protected override void OnInitialized() => _ = LookAsync(left.Token);

    private async Task LookAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(LookEvery, Clock);
        try
        {
            do
            {
                await LoadAsync(cancellation);
                await InvokeAsync(StateHasChanged);
            } while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The page was left.
        }
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        try
        {
            var since = Uri.EscapeDataString(Clock.GetUtcNow().AddDays(-1).ToString("o"));
            recent = (await Client.ListAsync("limit=20", cancellation)).Items;
            var lately = (await Client.ListAsync($"state=done&since={since}&limit=200", cancellation)).Items;
            failed = [.. lately.Where(r => r.Outcome is not (RunOutcome.Success or RunOutcome.Canceled)).Take(10)];
            going = (await Client.ListAsync($"state={QuarryNames.Of(RunState.Running)}&limit=20", cancellation)).Items;
            error = null;
        }
        catch (Exception e) when (e is HttpRequestException or ServiceFailedException)
        {
            error = $"{e.Message} This page tries again by itself.";
        }
    }
}
