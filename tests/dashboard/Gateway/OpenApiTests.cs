using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Quarry.Catalogue;
using Quarry.Lode;
using Quarry.LodeWriter.Hosting;
using Quarry.LodeWriter.Queries;
using Quarry.LodeWriter.Settling;
using Quarry.Runner.Launches;
using Quarry.Runner.Live;
using Quarry.Runner.Proxies;
using Quarry.Runner.RemoteLode;
using Quarry.Runner.Runs;
using Quarry.Runner.Scripts;
using Quarry.Runtime.Proxies;
using Quarry.Streams;

namespace Quarry.Tests.Dashboard.Gateway;

/// <summary>The document says exactly what there is: the routes of the services, as their own code maps them.</summary>
public sealed partial class OpenApiTests
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_document_names_every_route_and_no_other()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var document = await ReadAsync(dashboard);
        var documented =
            from path in document.GetProperty("paths").EnumerateObject()
            from method in path.Value.EnumerateObject()
            select $"{method.Name.ToUpperInvariant()} {Parameter().Replace(path.Name, "{}")}";
        Assert.Equal(Routes().Append("GET /api/v1/system").Order(), documented.Order());
    }

    [Fact]
    public async Task Every_parameter_of_a_path_and_every_reference_is_declared()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        var document = await ReadAsync(dashboard);
        var components = document.GetProperty("components");
        foreach (Match reference in Reference().Matches(document.GetRawText()))
            Assert.True(
                components.GetProperty(reference.Groups[1].Value).TryGetProperty(reference.Groups[2].Value, out _),
                reference.Value
            );
        foreach (var path in document.GetProperty("paths").EnumerateObject())
        foreach (var method in path.Value.EnumerateObject())
        {
            var declared = method.Value.TryGetProperty("parameters", out var parameters) ? parameters.GetRawText() : "";
            foreach (Match parameter in Parameter().Matches(path.Name))
                Assert.Contains(parameter.Groups[1].Value, declared);
        }
    }

    private static async Task<JsonElement> ReadAsync(DashboardUnderTest dashboard) =>
        await dashboard.Browser().GetFromJsonAsync<JsonElement>("/api/v1/openapi.json", Ends);

    /// <summary>Routes as the services map them; nothing is called, so that what they need is only named.</summary>
    private static IEnumerable<string> Routes()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        builder.Services.AddRoutingCore();
        foreach (
            var needed in (Type[])
                [
                    typeof(LaunchEndpoints),
                    typeof(ControlEndpoints),
                    typeof(RunArchive),
                    typeof(ScriptRoots),
                    typeof(StreamSet),
                    typeof(ProxySource),
                    typeof(LodeHost),
                    typeof(RunCatalogue),
                    typeof(RunLookup),
                    typeof(LodeOptions),
                    typeof(QueryGate),
                    typeof(RunRemoval),
                ]
        )
            builder.Services.AddSingleton(needed, _ => throw new InvalidOperationException("nothing is called"));
        builder.Services.AddSingleton(TimeProvider.System);
        var app = builder.Build();
        LaunchEndpoints.Map(app);
        ControlEndpoints.Map(app);
        QueueEndpoints.Map(app);
        ProxyEndpoints.Map(app);
        LiveEndpoints.Map(app);
        var runs = app.MapGroup("/api/v1/runs");
        runs.MapRuns();
        runs.MapEvents();
        runs.MapBlobs();
        app.MapQuery();
        app.MapFields();
        app.MapLineage();
        app.MapStatistics();
        app.MapDeletions();
        return from source in ((IEndpointRouteBuilder)app).DataSources
            from endpoint in source.Endpoints.OfType<RouteEndpoint>()
            from method in endpoint.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods
            select $"{method} {Parameter().Replace("/" + endpoint.RoutePattern.RawText!.Trim('/'), "{}")}";
    }

    [GeneratedRegex(@"\{(\w+)\}")]
    private static partial Regex Parameter();

    [GeneratedRegex(@"#/components/(\w+)/(\w+)")]
    private static partial Regex Reference();
}
