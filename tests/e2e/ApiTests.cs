using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Quarry.Tests.E2E;

/// <summary>What a program meets at the public door of the whole application.</summary>
public sealed class ApiTests(RunningApplication running)
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_example_launched_by_a_program_ends_in_success_with_its_items_stored()
    {
        using var api = running.Api();
        var run = await Runs.LaunchAndWaitAsync(api, "first-run/script.ts", "e2e-api");
        Assert.Equal("success", run.GetProperty("outcome").GetString());
        var items = await Runs.ItemsAsync(api, run.GetProperty("run_id").GetString()!);
        Assert.NotEmpty(items);
        Assert.Equal(run.GetProperty("counts").GetProperty("item").GetInt64(), items.Count);

        using var proof = await api.PostAsync($"/api/v1/runs/{run.GetProperty("run_id")}/verify", null, Ends);
        Assert.True((await proof.Content.ReadFromJsonAsync<JsonElement>(Ends)).GetProperty("complete").GetBoolean());
    }

    [Theory]
    [InlineData("{ not json", "body")]
    [InlineData("""{ "source": "x" }""", "script")]
    [InlineData("""{ "script": "first-run/script.ts" }""", "source")]
    [InlineData("""{ "script": "../../etc/passwd", "source": "x" }""", "script")]
    [InlineData("""{ "script": "first-run/script.ts", "source": ".." }""", "source")]
    [InlineData("""{ "script": "first-run/script.ts", "source": "x", "policy": { "name": "lax" } }""", "policy")]
    [InlineData(
        """{ "script": "first-run/script.ts", "source": "x", "policy": { "flush_count": 5 } }""",
        "flush_count"
    )]
    public async Task A_body_that_cannot_be_used_is_a_problem_that_names_what_is_wrong(string body, string named)
    {
        using var api = running.Api();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await api.PostAsync("/api/v1/runs", content, Ends);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await ProblemAsync(answer);
        Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        Assert.Contains(named, problem.GetRawText());
    }

    [Theory]
    [InlineData("GET", "/api/v1/runs/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/runs/none/events", HttpStatusCode.NotFound)]
    [InlineData("POST", "/api/v1/runs/none/cancel", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/v1/runs?state=sleeping", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/v1/runs?colour=red", HttpStatusCode.BadRequest)]
    [InlineData("GET", "/api/v1/no/such/call", HttpStatusCode.NotFound)]
    public async Task What_is_not_there_or_not_understood_is_a_problem(
        string method,
        string path,
        HttpStatusCode expected
    )
    {
        using var api = running.Api();
        using var request = new HttpRequestMessage(new(method), path);
        using var answer = await api.SendAsync(request, Ends);
        Assert.Equal(expected, answer.StatusCode);
        _ = await ProblemAsync(answer);
    }

    [Fact]
    public async Task Nobody_comes_in_without_a_key_and_the_services_are_not_open_either()
    {
        using var stranger = new HttpClient { BaseAddress = running.Address };
        using var atTheDoor = await stranger.GetAsync("/api/v1/runs", Ends);
        Assert.Equal(HttpStatusCode.Unauthorized, atTheDoor.StatusCode);
        foreach (var service in new[] { "lode", "runner" })
        {
            using var answer = await stranger.GetAsync(
                new Uri(running.Application.GetEndpoint(service, "http"), "/api/v1/runs"),
                Ends
            );
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }
    }

    [Fact]
    public async Task The_system_report_says_that_all_services_are_healthy()
    {
        using var api = running.Api();
        var report = await api.GetFromJsonAsync<JsonElement>("/api/v1/system", Ends);
        Assert.All(
            report.GetProperty("services").EnumerateArray(),
            s => Assert.True(s.GetProperty("healthy").GetBoolean())
        );
        Assert.True(report.GetProperty("runner").GetProperty("runs_max").GetInt32() > 0);
    }

    private static async Task<JsonElement> ProblemAsync(HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Ends);
        Assert.NotEqual("", problem.GetProperty("code").GetString());
        Assert.NotEqual("", problem.GetProperty("detail").GetString());
        Assert.NotEqual("", problem.GetProperty("next_step").GetString());
        return problem;
    }
}
