using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Quarry.Tests.Unit.ServiceDefaults;

public class HttpClientTests
{
    private int calls;

    [Fact]
    public async Task A_service_is_found_by_its_name()
    {
        await using var lode = await RunningService.StartAsync();
        await using var caller = await RunningService.StartAsync(
            settings: ("services:lode:http:0", lode.Address.ToString().TrimEnd('/'))
        );
        using var client = ClientOf(caller);
        Assert.Equal("done", await client.GetStringAsync("https+http://lode/work"));
    }

    [Fact]
    public async Task Reading_is_repeated_when_a_service_is_not_ready_yet()
    {
        await using var service = await RunningService.StartAsync(app => app.MapGet("/late", ReadyAtThirdCall));
        using var client = ClientOf(service);
        Assert.Equal("ready", await client.GetStringAsync(new Uri(service.Address, "/late")));
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task A_launch_is_never_sent_twice()
    {
        await using var service = await RunningService.StartAsync(app => app.MapPost("/late", ReadyAtThirdCall));
        using var client = ClientOf(service);
        using var answer = await client.PostAsync(new Uri(service.Address, "/late"), content: null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(1, calls);
    }

    private static HttpClient ClientOf(RunningService service) =>
        service.App.Services.GetRequiredService<IHttpClientFactory>().CreateClient();

    private IResult ReadyAtThirdCall(HttpContext context)
    {
        if (Interlocked.Increment(ref calls) == 3)
            return Results.Text("ready");
        // Zero, so that the retries of this test do not wait.
        context.Response.Headers.RetryAfter = "0";
        return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
    }
}
