using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Quarry.ServiceDefaults;

namespace Quarry.Tests.Unit.ServiceDefaults;

/// <summary>What is missing makes a service degraded, and who shows the key learns what it is.</summary>
public class HealthProbeTests
{
    private const string Key = "0123456789abcdefghijkl";

    [Fact]
    public async Task Nothing_wrong_is_healthy() =>
        Assert.Equal(("healthy", null), await AskAsync(_ => Task.FromResult<string?>(null)));

    [Fact]
    public async Task What_is_wrong_is_told_and_cuts_nobody_off() =>
        Assert.Equal(("degraded", "It is away."), await AskAsync(_ => Task.FromResult<string?>("It is away.")));

    [Fact]
    public async Task A_probe_that_throws_is_a_problem() =>
        Assert.Equal(
            ("degraded", "broken"),
            await AskAsync(_ => Task.FromException<string?>(new InvalidOperationException("broken")))
        );

    [Fact]
    public async Task A_probe_that_never_answers_is_a_problem()
    {
        var (status, detail) = await AskAsync(_ => new TaskCompletionSource<string?>().Task);
        Assert.Equal("degraded", status);
        Assert.StartsWith("No answer within 2 s", detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(HealthProbes.ReportPath)]
    [InlineData(HealthProbes.GreetingPath)]
    public async Task What_is_for_other_services_needs_the_key(string path)
    {
        await using var service = await StartAsync(_ => Task.FromResult<string?>("It is away."));
        using var client = service.Client();
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private static Task<RunningService> StartAsync(Func<CancellationToken, Task<string?>> probe) =>
        RunningService.StartWithAsync(
            services =>
                services
                    .AddSingleton(probe)
                    .AddProbe("part", (Func<CancellationToken, Task<string?>> p, CancellationToken stop) => p(stop)),
            settings: (ServiceKey.Variable, Key)
        );

    private static async Task<(string Status, string? Detail)> AskAsync(Func<CancellationToken, Task<string?>> probe)
    {
        await using var service = await StartAsync(probe);
        using var client = service.Client();
        client.DefaultRequestHeaders.Add(ServiceKey.Header, Key);
        var report = await client.GetFromJsonAsync<ServiceReport>(HealthProbes.ReportPath);
        var part = Assert.Single(report!.Checks, check => check.Name == "part");
        Assert.Equal(report.Status, part.Status);
        // A container's probes are not told: it must not be cut off.
        Assert.Equal("Healthy", await client.GetStringAsync("/health"));
        return (part.Status, part.Detail);
    }
}
