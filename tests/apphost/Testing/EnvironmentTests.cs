using Aspire.Hosting.Testing;
using Quarry.AppHost.Local.Launching;
using Quarry.AppHost.Local.Planning;

namespace Quarry.Tests.AppHost.Testing;

/// <summary>The variables that the application's processes really get: other rooms rely on these names.</summary>
public sealed class EnvironmentTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Each_service_gets_its_variables()
    {
        await using var builder = await DistributedApplicationTestingBuilder.CreateAsync<Projects.Quarry_AppHost>(
            ["--data", folder.Path, "--scripts", folder.Path, "--redis-server", "/bin/true", .. TestKeys.Arguments],
            TestContext.Current.CancellationToken
        );
        foreach (var plan in new Planner(builder.Configuration, randomizePorts: true).Plan(builder.Resources))
            plan.Dispose();
        string Url(string name, string endpoint) =>
            new EndpointReference((IResourceWithEndpoints)builder.Resources.Single(r => r.Name == name), endpoint).Url;

        var lode = await VariablesAsync(builder, "lode");
        Assert.Equal(folder.Path, lode["Lode__Root"]);
        Assert.Equal(TestKeys.Service, lode["QUARRY_SERVICE_KEY"]);
        Assert.EndsWith($":{lode["QUARRY_GRPC_PORT"]}", Url("lode", "grpc"));
        Assert.EndsWith($",password={TestKeys.Redis}", lode["ConnectionStrings__redis"]);
        Assert.Equal(TestKeys.Redis, lode["REDIS_PASSWORD"]);
        Assert.Equal("127.0.0.1", lode["REDIS_HOST"]);

        var runner = await VariablesAsync(builder, "runner");
        Assert.Equal(Url("lode", "http"), runner["services__lode__http__0"]);
        Assert.Equal(Url("lode", "http"), runner["LODE_HTTP"]);
        Assert.Equal(Url("lode", "grpc"), runner["QUARRY_LODE_GRPC"]);
        Assert.Equal(folder.Path, runner["Runner__ScriptRoots__0"]);
        Assert.Equal(Url("site", "http"), runner["QUARRY_EXAMPLE_SITE"]);

        var dashboard = await VariablesAsync(builder, "dashboard");
        Assert.Equal(Url("runner", "http"), dashboard["services__runner__http__0"]);
        Assert.Equal("another-key-of-these-tests", dashboard["QUARRY_SIGN_IN_TOKEN"]);
        Assert.Equal("another-key-of-these-tests", dashboard["QUARRY_API_KEY"]);

        Assert.Equal(["PORT"], (await VariablesAsync(builder, "site")).Keys);
    }

    private static Task<Dictionary<string, string>> VariablesAsync(IDistributedApplicationBuilder builder, string name)
    {
        var resource = builder.Resources.Single(r => r.Name == name);
        var ports = resource
            .Annotations.OfType<EndpointAnnotation>()
            .ToDictionary(e => e.Name, e => e.AllocatedPort!.Value);
        return EnvironmentComposer.ComposeAsync(resource, ports, TestContext.Current.CancellationToken);
    }
}
