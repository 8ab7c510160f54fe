using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Polly.CircuitBreaker;
using Quarry.ServiceDefaults;

namespace Quarry.Tests.Unit.ServiceDefaults;

/// <summary>How services are found and called, and what becomes of a call when one of them fails.</summary>
public class ServiceClientTests
{
    /// <summary>More calls than the breaker wants to see before it opens.</summary>
    private const int CallsMax = 200;

    private const string One = "one";
    private const string Other = "other";

    private int calls;

    [Fact]
    public async Task A_service_is_found_by_its_name()
    {
        await using var lode = await RunningService.StartAsync();
        await using var caller = await StartAsync(
            settings: ("services:lode:http:0", lode.Address.ToString().TrimEnd('/'))
        );
        using var client = ClientOf(caller);
        Assert.Equal("done", await client.GetStringAsync("https+http://lode/work"));
    }

    [Fact]
    public async Task Reading_is_repeated_when_a_service_is_not_ready_yet()
    {
        await using var service = await StartAsync(app => app.MapGet("/late", ReadyAtThirdCall));
        using var client = ClientOf(service);
        Assert.Equal("ready", await client.GetStringAsync(new Uri(service.Address, "/late")));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_launch_is_never_sent_twice()
    {
        await using var service = await StartAsync(app => app.MapPost("/late", ReadyAtThirdCall));
        using var client = ClientOf(service);
        using var answer = await client.PostAsync(new Uri(service.Address, "/late"), content: null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_request_that_is_asked_once_is_not_repeated()
    {
        await using var service = await StartAsync(app => app.MapGet("/late", ReadyAtThirdCall));
        using var client = ClientOf(service);
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service.Address, "/late")).AskedOnce();
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_service_that_fails_is_left_alone_and_every_other_one_is_still_called()
    {
        await using var service = await StartAsync(app =>
            app.MapPost("/fail", () => Results.StatusCode(StatusCodes.Status503ServiceUnavailable))
        );
        using var client = ClientOf(service);
        _ = await Assert.ThrowsAsync<BrokenCircuitException>(() => FailAsync(client, new(service.Address, "/fail")));

        using var other = ClientOf(service, Other);
        Assert.Equal("done", await other.GetStringAsync(new Uri(service.Address, "/work")));
    }

    private static Task<RunningService> StartAsync(
        Action<WebApplication>? map = null,
        params (string Key, string Value)[] settings
    ) =>
        RunningService.StartWithAsync(
            services => services.AddServiceClient(One, (_, _) => { }).AddServiceClient(Other, (_, _) => { }),
            map,
            settings
        );

    private static HttpClient ClientOf(RunningService service, string name = One) =>
        service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private static async Task FailAsync(HttpClient client, Uri address)
    {
        for (var i = 0; i < CallsMax; i++)
        {
            using var answer = await client.PostAsync(address, content: null);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        }
    }

    private IResult ReadyAtThirdCall(HttpContext context)
    {
        if (Interlocked.Increment(ref calls) == 3)
            return Results.Text("ready");
        // Zero, so that the retries of this test do not wait.
        context.Response.Headers.RetryAfter = "0";
        return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }
}
