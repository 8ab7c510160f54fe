using System.Net.Http.Json;
using System.Text.Json;

namespace Quarry.Tests.E2E;

/// <summary>AppHost on a machine that has neither a Redis server nor a browser.</summary>
public sealed class BareMachineTests
{
    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_becomes_healthy_an_example_ends_in_success_and_the_stand_in_is_named()
    {
        await using var machine = new BareMachine();
        await using var host = await machine.StartAppHostAsync(Ends);
        Assert.Contains(host.Lines, l => l.StartsWith("quarry: stand-in for redis: ", StringComparison.Ordinal));

        using var api = new HttpClient { BaseAddress = host.Address };
        api.DefaultRequestHeaders.Authorization = new("Bearer", host.ApiKey);
        var run = await Runs.LaunchAndWaitAsync(api, "first-run/script.ts", "e2e-bare");
        Assert.Equal("success", run.GetProperty("outcome").GetString());
        Assert.NotEmpty(await Runs.ItemsAsync(api, run.GetProperty("run_id").GetString()!));

        var report = await api.GetFromJsonAsync<JsonElement>("/api/v1/system", Ends);
        Assert.All(
            report.GetProperty("services").EnumerateArray(),
            s => Assert.True(s.GetProperty("healthy").GetBoolean())
        );
        Assert.Contains(
            report.GetProperty("stand_ins").EnumerateArray(),
            s => s.GetProperty("resource").GetString() == "redis"
        );
        Assert.Equal(0, await host.EndAsync(Ends));
    }
}
