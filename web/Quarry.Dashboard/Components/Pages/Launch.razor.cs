using System.Text.Json;
using Microsoft.AspNetCore.Components;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Components.Pages;

/// <summary>Choose a script, a job and a policy, and launch. The address names the script, or the run to launch again.</summary>
public sealed partial class Launch
{
    private List<LaunchableScript>? scripts;
    private LaunchForm form = new();
    private RunRecord? checkedRun;
    private string? refused;
    private IReadOnlyDictionary<string, string[]> errors = new Dictionary<string, string[]>();
    private string idempotencyKey = Guid.NewGuid().ToString();
    private bool isBusy;

    [Inject]
    private RunsClient Client { get; set; } = default!;

    [SupplyParameterFromQuery(Name = "script")]
    private string? AskedScript { get; set; }

    [SupplyParameterFromQuery(Name = "from")]
    private string? AskedRun { get; set; }

    /// <inheritdoc/>
    protected override async Task OnInitializedAsync()
    {
        if (RendererInfo.IsInteractive)
            _ = await GuardAsync(LoadAsync);
    }

    private async Task LoadAsync(CancellationToken cancellation)
    {
        var found = await Client.ScriptsAsync(cancellation);
        var run = AskedRun is { } runId ? await Client.FindAsync(runId, cancellation) : null;
        form = run is null ? FormOf(found) : new(run, Below(run.Script.Path, found));
        scripts = found;
    }

    private LaunchForm FormOf(List<LaunchableScript> found)
    {
        var asked =
            found.Find(s => s.Path == AskedScript)
            ?? found.Find(s => s.Path.StartsWith("first-run/", StringComparison.Ordinal));
        return (asked ?? found.FirstOrDefault()) is { } script ? new(script) : new();
    }

    /// <summary>A record has the whole path of its script; a launch names it below a root.</summary>
    private static string Below(string path, List<LaunchableScript> found) =>
        found.Find(s => path.EndsWith("/" + s.Path, StringComparison.Ordinal))?.Path ?? path;

    private void Choose(LaunchableScript script)
    {
        form = new(script)
        {
            Policy = form.Policy,
            WallClockSeconds = form.WallClockSeconds,
            IdleSeconds = form.IdleSeconds,
        };
        Navigation.NavigateTo($"/launch?script={Uri.EscapeDataString(script.Path)}", replace: true);
    }

    private string[] Of(string field) => errors.GetValueOrDefault(field, []);

    private async Task SendAsync(bool isDryRun)
    {
        (isBusy, refused, checkedRun, errors) = (true, null, null, new Dictionary<string, string[]>());
        try
        {
            var run = await Client.LaunchAsync(form.ToRequest(isDryRun), idempotencyKey, CancellationToken.None);
            idempotencyKey = Guid.NewGuid().ToString();
            if (isDryRun)
                checkedRun = run;
            else
                Navigation.NavigateTo($"/runs/{run.RunId}");
        }
        catch (JsonException e)
        {
            refused = "The job cannot be sent.";
            errors = new Dictionary<string, string[]> { ["job"] = [$"is not JSON: {e.Message}"] };
        }
        catch (ServiceFailedException e)
        {
            (refused, errors) = (e.Message, e.Errors);
        }
        isBusy = false;
    }
}
