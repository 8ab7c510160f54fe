using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Quarry.ServiceDefaults;

namespace Quarry.Tests.Unit.ServiceDefaults;

public class ServiceKeyTests
{
    private const string Key = "0123456789abcdefghijkl";

    [Fact]
    public async Task A_caller_with_the_key_is_served()
    {
        await using var service = await RunningService.StartAsync(settings: (ServiceKey.Variable, Key));
        using var client = service.Client();
        client.DefaultRequestHeaders.Add(ServiceKey.Header, Key);
        Assert.Equal("done", await client.GetStringAsync("/work"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0123456789abcdefghijkL")]
    [InlineData("0123456789abcdefghijklm")]
    public async Task A_caller_without_the_key_gets_a_problem_that_says_what_to_do(string? shown)
    {
        await using var service = await RunningService.StartAsync(settings: (ServiceKey.Variable, Key));
        using var client = service.Client();
        if (shown is not null)
            client.DefaultRequestHeaders.Add(ServiceKey.Header, shown);
        using var answer = await client.GetAsync("/work");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;
        Assert.Equal("unauthorized", (string?)problem["code"]);
        Assert.Equal("Call the dashboard's address with an API key.", (string?)problem["next_step"]);
        Assert.DoesNotContain(Key, problem.ToJsonString());
    }

    [Theory]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task Probes_need_no_key_and_learn_no_details(string path)
    {
        await using var service = await RunningService.StartAsync(settings: (ServiceKey.Variable, Key));
        using var client = service.Client();
        Assert.Equal("Healthy", await client.GetStringAsync(path));
    }

    [Theory]
    [InlineData("/healthy")]
    [InlineData("/health/work")]
    public async Task What_only_looks_like_a_probe_needs_the_key(string path)
    {
        await using var service = await RunningService.StartAsync(settings: (ServiceKey.Variable, Key));
        using var client = service.Client();
        using var answer = await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Without_a_key_callers_of_this_machine_are_served()
    {
        await using var service = await RunningService.StartAsync();
        using var client = service.Client();
        Assert.Equal("done", await client.GetStringAsync("/work"));
    }

    [Theory]
    [InlineData("127.0.0.1", true)]
    [InlineData("127.8.8.8", true)]
    [InlineData("::1", true)]
    [InlineData("::ffff:127.0.0.1", true)]
    [InlineData("10.0.0.7", false)]
    [InlineData("192.168.1.1", false)]
    [InlineData("2001:db8::1", false)]
    public void Without_a_key_callers_of_other_machines_are_refused(string caller, bool served) =>
        Assert.Equal(served, new ServiceKey(null).Accepts(null, IPAddress.Parse(caller)));

    [Fact]
    public void A_key_of_the_least_length_is_taken_and_one_shorter_is_refused_with_a_way_out()
    {
        Assert.Equal(Key, new ServiceKey(Key[..ServiceKey.CharsMin]).Value);
        var refusal = Assert.Throws<InvalidOperationException>(() => new ServiceKey(Key[..(ServiceKey.CharsMin - 1)]));
        Assert.StartsWith("QUARRY_SERVICE_KEY has 21 characters", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("openssl rand -hex 16", refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Key[..10], refusal.Message, StringComparison.Ordinal);
    }
}
