using Aspire.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Quarry.AppHost.Local.Orchestration;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Control;

/// <summary>
/// <c>GET /resources</c>, <c>GET /resources/NAME/logs?after=N&amp;limit=N</c>, and
/// <c>POST /resources/NAME/start</c>, <c>/stop</c> and <c>/restart</c>, which answer when that is done.
/// </summary>
internal sealed class ControlEndpoints(Orchestrator orchestrator, ResourceViews views)
{
    /// <summary>Lines that one answer holds when the caller does not say.</summary>
    private const int LinesDefault = 200;

    /// <summary>Maps the API.</summary>
    public void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/resources", ListAsync);
        routes.MapGet("/resources/{name}/logs", Logs);
        routes.MapPost("/resources/{name}/start", (string name) => ControlAsync(name, orchestrator.StartResourceAsync));
        routes.MapPost("/resources/{name}/stop", (string name) => ControlAsync(name, orchestrator.StopResourceAsync));
        routes.MapPost("/resources/{name}/restart", (string name) => ControlAsync(name, orchestrator.RestartAsync));
    }

    private async Task<IResult> ListAsync(CancellationToken cancellationToken)
    {
        var all = new List<ResourceView>();
        foreach (var controller in orchestrator.Controllers.Values)
            all.Add(await views.ShowAsync(controller, cancellationToken));
        return Results.Ok(all);
    }

    private IResult Logs(string name, long after = 0, int limit = LinesDefault)
    {
        if (!orchestrator.Controllers.TryGetValue(name, out var controller))
            return Results.NotFound();
        var kept = controller.Output.Lines;
        var lines = kept.Where(l => l.Number > after)
            .Take(Math.Clamp(limit, 1, OutputRing.LinesMax))
            .Select(l => new LineView(l.Number, l.At, l.IsError, l.Text))
            .ToArray();
        var skipped = lines.Length == 0 ? 0 : Math.Max(0, lines[0].Number - after - 1);
        return Results.Ok(new LogView(lines, lines.Length == 0 ? after : lines[^1].Number, skipped));
    }

    private async Task<IResult> ControlAsync(string name, Func<string, Task> command)
    {
        if (!orchestrator.Controllers.TryGetValue(name, out var controller))
            return Results.NotFound();
        try
        {
            await command(controller.Plan.Name);
            return Results.Accepted();
        }
        catch (DistributedApplicationException e)
        {
            return Results.Problem(e.Message, statusCode: StatusCodes.Status409Conflict);
        }
    }
}
