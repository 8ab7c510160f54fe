using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;

namespace Quarry.Tests.Unit.ServiceDefaults;

/// <summary>A service that fails is left alone for a while, and no other one with it.</summary>
public class ResilienceTests
{
    /// <summary>More calls than the breaker wants to see before it opens.</summary>
    private const int CallsMax = 200;

    [Fact]
    public async Task A_service_that_fails_is_left_alone_and_every_other_one_is_still_called()
    {
        var failing = (WebApplication app) =>
        {
            _ = app.MapPost("/fail", () => Results.StatusCode(StatusCodes.Status503ServiceUnavailable));
        };
        await using var bad = await RunningService.StartAsync(failing);
        await using var good = await RunningService.StartAsync();
        var clients = bad.App.Services.GetRequiredService<IHttpClientFactory>();

        _ = await Assert.ThrowsAsync<BrokenCircuitException>(() => FailAsync(clients, new(bad.Address, "fail")));

        using var other = clients.CreateClient("other");
        using var answer = await other.GetAsync(new Uri(good.Address, "work"), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task FailAsync(IHttpClientFactory clients, Uri address)
    {
        using var client = clients.CreateClient("failing");
        for (var i = 0; i < CallsMax; i++)
        {
            using var answer = await client.PostAsync(address, null, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }
}
