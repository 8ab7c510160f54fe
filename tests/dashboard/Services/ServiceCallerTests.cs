using Microsoft.Extensions.DependencyInjection;
using Quarry.Dashboard.Services;

namespace Quarry.Tests.Dashboard.Services;

/// <summary>What pages are told when a service fails again and again, and that others are still asked.</summary>
public sealed class ServiceCallerTests
{
    /// <summary>More calls than it takes until a service is left alone.</summary>
    private const int CallsMax = 200;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_service_that_is_left_alone_is_named_with_when_it_is_asked_again()
    {
        await using var dashboard = await DashboardUnderTest.StartAsync();
        dashboard.Lode.Answer("POST", "/work", 503, """{"detail":"It is away."}""");
        var caller = dashboard.Services.GetRequiredService<ServiceCaller>();

        var told = new List<string>();
        while (told.Count < CallsMax && (told.Count == 0 || told[^1] == "It is away."))
            told.Add((await Assert.ThrowsAsync<ServiceFailedException>(() => FailAsync(caller))).Message);

        Assert.Equal(
            "The Lode writer does not answer (too many of its last calls failed; it is asked again in a few seconds).",
            told[^1]
        );
        await caller.PostAsync(Service.Runner, "/work", Ends);
        Assert.Contains(dashboard.Runner.Requests, r => r is { Method: "POST", Address: "/work" });
    }

    private static Task FailAsync(ServiceCaller caller) => caller.PostAsync(Service.Lode, "/work", Ends);
}
