using Microsoft.AspNetCore.Components;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>What runs now, what failed lately, what ran last; looked at again every few seconds.</summary>
public sealed partial class Home
{
    private const int FailedShown = 10;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(3);
    private Overview? view;

    [Inject]
    private RunsClient Client { get; set; } = default!;

    private string EndedAddress => $"/runs?state=done&since={Uri.EscapeDataString(view!.Since)}";

    /// <inheritdoc/>
    protected override void OnInitialized() =>
        Repeat(LookEvery, async cancellation => view = await Overview.ReadAsync(Client, Clock, cancellation));

    private static string Number(RunCount count) => $"{count.Value:N0}{(count.IsMore ? "+" : "")}";
}
