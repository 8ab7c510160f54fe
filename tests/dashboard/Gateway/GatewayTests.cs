using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Quarry.Tests.Dashboard.Gateway;

/// <summary>The public door of the API.</summary>
public sealed class GatewayTests : IAsyncLifetime
{
    private DashboardUnderTest dashboard = null!;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => dashboard = await DashboardUnderTest.StartAsync();

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Theory]
    [InlineData("POST", "/api/v1/runs", "runner")]
    [InlineData("POST", "/api/v1/runs/run-1/cancel", "runner")]
    [InlineData("POST", "/api/v1/runs/run-1/kill", "runner")]
    [InlineData("POST", "/api/v1/runs/run-1/retry", "runner")]
    [InlineData("GET", "/api/v1/runs/run-1/events/live", "runner")]
    [InlineData("GET", "/api/v1/scripts", "runner")]
    [InlineData("GET", "/api/v1/runs?state=done&label=a%3Db", "lode")]
    [InlineData("GET", "/api/v1/runs/run-1", "lode")]
    [InlineData("GET", "/api/v1/runs/run-1/events?type=item&after_seq=5", "lode")]
    [InlineData("GET", "/api/v1/runs/run-1/artifacts/a%2Fb", "lode")]
    [InlineData("GET", "/api/v1/runs/run-1/files/x.csv", "lode")]
    [InlineData("POST", "/api/v1/runs/run-1/verify", "lode")]
    [InlineData("DELETE", "/api/v1/runs/run-1", "lode")]
    [InlineData("DELETE", "/api/v1/sources/a%20b/runs?dry_run=false", "lode")]
    public async Task A_call_goes_to_its_service_as_it_is(string method, string address, string service)
    {
        using var request = new HttpRequestMessage(new(method), address);
        using var answer = await dashboard.Program().SendAsync(request, Ends);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var (right, wrong) =
            service == "lode" ? (dashboard.Lode, dashboard.Runner) : (dashboard.Runner, dashboard.Lode);
        var seen = Assert.Single(right.Requests);
        Assert.Equal((method, Uri.UnescapeDataString(address)), (seen.Method, Uri.UnescapeDataString(seen.Address)));
        Assert.Empty(wrong.Requests);
    }

    [Fact]
    public async Task The_services_see_their_own_key_and_no_credential_of_the_caller()
    {
        var browser = await dashboard.SignedInAsync();
        browser.DefaultRequestHeaders.Add("X-Quarry-Service-Key", "forged");
        _ = await browser.GetStringAsync("/api/v1/runs", Ends);
        _ = await dashboard.Program().GetStringAsync("/api/v1/runs", Ends);
        Assert.Equal(2, dashboard.Lode.Requests.Count);
        foreach (var seen in dashboard.Lode.Requests)
        {
            Assert.Equal(DashboardUnderTest.ServiceKey, seen.Headers["X-Quarry-Service-Key"]);
            Assert.DoesNotContain("Cookie", seen.Headers.Keys);
            Assert.DoesNotContain("Authorization", seen.Headers.Keys);
        }
    }

    [Fact]
    public async Task The_answer_of_a_service_comes_through_with_status_headers_and_body()
    {
        dashboard.Runner.Answer(
            "POST",
            "/api/v1/runs",
            400,
            """{ "code": "invalid_request", "errors": { "source": ["x"] } }"""
        );
        using var answer = await dashboard.Program().PostAsJsonAsync("/api/v1/runs", new { script = "x" }, Ends);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal(
            "invalid_request",
            (await answer.Content.ReadFromJsonAsync<JsonElement>(Ends)).GetProperty("code").GetString()
        );
    }

    [Fact]
    public async Task A_service_that_is_gone_is_a_problem_that_names_it()
    {
        await dashboard.Runner.DisposeAsync();
        using var answer = await dashboard.Program().GetAsync("/api/v1/scripts", Ends);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ends);
        Assert.Equal("unavailable", problem.GetProperty("code").GetString());
        Assert.Contains("runner", problem.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task Live_events_arrive_one_by_one_and_not_at_the_end()
    {
        var second = new TaskCompletionSource();
        dashboard.Runner.Answer(
            "GET",
            "/api/v1/runs/run-1/events/live",
            async http =>
            {
                http.Response.ContentType = "text/event-stream";
                await http.Response.WriteAsync("event: state\nid: 1\ndata: {}\n\n", Ends);
                await http.Response.Body.FlushAsync(Ends);
                await second.Task;
                await http.Response.WriteAsync("event: end\nid: 2\ndata: {}\n\n", Ends);
            }
        );
        await using var stream = await dashboard.Program().GetStreamAsync("/api/v1/runs/run-1/events/live", Ends);
        using var reader = new StreamReader(stream);
        Assert.Equal("event: state", await reader.ReadLineAsync(Ends));
        second.SetResult();
        Assert.Contains("event: end", await reader.ReadToEndAsync(Ends));
    }

    [Fact]
    public async Task The_system_report_says_which_service_is_not_healthy_and_what_stands_in()
    {
        await dashboard.Runner.DisposeAsync();
        var report = await dashboard.Program().GetFromJsonAsync<JsonElement>("/api/v1/system", Ends);
        var health = report
            .GetProperty("services")
            .EnumerateArray()
            .ToDictionary(s => s.GetProperty("name").GetString()!, s => s.GetProperty("healthy").GetBoolean());
        Assert.Equal(
            new()
            {
                ["dashboard"] = true,
                ["lode"] = true,
                ["runner"] = false,
            },
            health
        );
        // The cause, and not only that time ran out while the call was repeated.
        Assert.StartsWith(
            "The runner does not answer (Connection refused",
            report.GetProperty("services")[2].GetProperty("detail").GetString(),
            StringComparison.Ordinal
        );
        Assert.Equal(
            "redis",
            Assert.Single(report.GetProperty("stand_ins").EnumerateArray()).GetProperty("resource").GetString()
        );
    }

    [Fact]
    public async Task The_system_report_says_what_a_runner_has_in_hand()
    {
        const string load =
            """{"runner":"a","runs":1,"runs_max":4,"executors_ready":2,"browsers":1,"browser_contexts":3}""";
        dashboard.Runner.Answer("GET", "/health/load", 200, load);
        var report = await dashboard.Program().GetFromJsonAsync<JsonElement>("/api/v1/system", Ends);
        Assert.Equal(load, report.GetProperty("runner").GetRawText());
    }

    [Fact]
    public async Task The_system_report_says_what_a_service_is_missing()
    {
        dashboard.Lode.Answer(
            "GET",
            "/health/report",
            200,
            """
            {"status":"degraded","checks":[
              {"name":"storage","status":"healthy","detail":null},
              {"name":"redis","status":"degraded","detail":"Redis does not answer."}]}
            """
        );
        var report = await dashboard.Program().GetFromJsonAsync<JsonElement>("/api/v1/system", Ends);
        var lode = report
            .GetProperty("services")
            .EnumerateArray()
            .Single(s => s.GetProperty("name").GetString() == "lode");
        Assert.False(lode.GetProperty("healthy").GetBoolean());
        Assert.Equal("Redis does not answer.", lode.GetProperty("detail").GetString());
    }

    [Theory]
    [InlineData("image/png", HttpStatusCode.OK)]
    [InlineData("image/svg+xml", HttpStatusCode.UnsupportedMediaType)]
    [InlineData("text/html", HttpStatusCode.UnsupportedMediaType)]
    public async Task Only_pictures_are_shown_and_in_a_sandbox(string type, HttpStatusCode expected)
    {
        dashboard.Lode.Answer(
            "GET",
            "/api/v1/runs/run-1/artifacts/shot",
            async http =>
            {
                http.Response.ContentType = type;
                http.Response.ContentLength = 3;
                await http.Response.Body.WriteAsync(new byte[] { 1, 2, 3 }, Ends);
            }
        );
        using var answer = await (await dashboard.SignedInAsync()).GetAsync("/preview/run-1/shot", Ends);
        Assert.Equal(expected, answer.StatusCode);
        if (expected != HttpStatusCode.OK)
            return;
        Assert.Equal(type, answer.Content.Headers.ContentType!.MediaType);
        Assert.StartsWith("sandbox;", Assert.Single(answer.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal(new byte[] { 1, 2, 3 }, await answer.Content.ReadAsByteArrayAsync(Ends));
    }

    [Fact]
    public async Task A_picture_larger_than_the_limit_is_not_shown_and_one_of_that_size_is()
    {
        var size = Quarry.Dashboard.Gateway.ArtifactPreview.BytesMax;
        Assert.Equal(HttpStatusCode.OK, await ShowAsync(size));
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, await ShowAsync(size + 1));
    }

    private async Task<HttpStatusCode> ShowAsync(long size)
    {
        dashboard.Lode.Answer(
            "GET",
            "/api/v1/runs/run-1/artifacts/shot",
            async http =>
            {
                http.Response.ContentType = "image/png";
                http.Response.ContentLength = size;
                var bytes = new byte[64 * 1024];
                for (var left = size; left > 0; left -= bytes.Length)
                    await http.Response.Body.WriteAsync(
                        bytes.AsMemory(0, (int)Math.Min(left, bytes.Length)),
                        http.RequestAborted
                    );
            }
        );
        using var answer = await (await dashboard.SignedInAsync()).GetAsync(
            "/preview/run-1/shot",
            HttpCompletionOption.ResponseHeadersRead,
            Ends
        );
        return answer.StatusCode;
    }
}
