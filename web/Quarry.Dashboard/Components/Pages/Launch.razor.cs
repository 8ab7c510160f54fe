using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Policies;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>Choose a script, a job and a policy, and launch.</summary>
public sealed partial class Launch
{
    private const int StreamingFlushCount = 100;
    private const int StreamingFlushMs = 1_000;

    private List<LaunchableScript>? scripts;
    private LaunchableScript? chosen;
    private string source = "";
    private string category = "";
    private string job = "";
    private PolicyName policy = PolicyName.Strict;
    private long seconds;
    private bool busy;
    private string? error;

    [Inject]
    private RunsClient Client { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [SupplyParameterFromQuery]
    private string? Script { get; set; }

    private string AsCli =>
        $"quarry run {chosen?.Path} --source {source}"
        + (category.Length > 0 ? $" --category {category}" : "")
        + (job.Trim().Length > 0 ? $" --job '{job.Trim().ReplaceLineEndings(" ")}'" : "")
        + $" --policy {QuarryNames.Of(policy)}"
        + (policy == PolicyName.Streaming ? $" --flush-count {StreamingFlushCount} --flush-interval 1s" : "")
        + (seconds > 0 ? $" --timeout {seconds}s" : "");

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        try
        {
            scripts = await Client.ScriptsAsync(CancellationToken.None);
            if (scripts.Find(s => s.Path == Script) is { } asked)
                Choose(asked);
            else if (scripts.Count > 0)
                Choose(scripts.Find(s => s.Path.StartsWith("first-run", StringComparison.Ordinal)) ?? scripts[0]);
        }
        catch (Exception e) when (e is HttpRequestException or ServiceFailedException)
        {
            error = $"The runner does not answer: {e.Message}";
        }
    }

    private void Choose(LaunchableScript script)
    {
        chosen = script;
        source = script.Source;
        job = script.Job is { } given ? JsonSerializer.Serialize(given, QuarryJson.Indented) : "";
    }

    private async Task LaunchAsync()
    {
        busy = true;
        error = null;
        try
        {
            var run = await Client.LaunchAsync(Request(), CancellationToken.None);
            Navigation.NavigateTo($"/runs/{run.RunId}");
        }
        catch (JsonException e)
        {
            error = $"The job is not JSON: {e.Message}";
        }
        catch (Exception e) when (e is HttpRequestException or ServiceFailedException)
        {
            error = e.Message;
        }
        busy = false;
    }

    private LaunchRequest Request() =>
        new()
        {
            Script = chosen?.Path,
            Source = source,
            Category = category.Length > 0 ? category : null,
            Job = job.Trim().Length > 0 ? JsonSerializer.Deserialize<JsonElement>(job) : null,
            Policy =
                policy == PolicyName.Streaming
                    ? new()
                    {
                        Name = policy,
                        FlushCount = StreamingFlushCount,
                        FlushIntervalMs = StreamingFlushMs,
                    }
                    : new() { Name = policy },
            Limits = new() { WallClockMs = seconds * 1_000 },
        };
}
