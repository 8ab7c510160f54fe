using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Quarry.Tests.E2E;

/// <summary>An application of its own, because parts of it are killed.</summary>
public sealed class ExpendableApplication : RunningApplication;

/// <summary>
/// The Lode writer is killed under a run, and started again by an operator: nothing restarts it by itself, neither here
/// nor under Aspire. The run goes on, and what its script was told to be durable is there once.
/// </summary>
public sealed class LodeKilledTests(ExpendableApplication running, ITestOutputHelper output)
    : IClassFixture<ExpendableApplication>
{
    private const int AcknowledgedMin = 20;
    private const int AcknowledgedMax = 200;
    private const int ItemsPerFlush = 10;
    private const int ProcessColumn = 6;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("strict", null)]
    [InlineData("buffered", null)]
    [InlineData("streaming", ItemsPerFlush)]
    public async Task After_kill_9_the_run_goes_on_and_everything_acknowledged_is_there_once(
        string policy,
        int? flushCount
    )
    {
        await using var ledger = await AcknowledgedLedger.StartAsync();
        using var api = running.Api();
        ledger.Open();
        var runId = await Runs.LaunchAsync(api, "ledger/script.ts", "e2e-killed", ledger.Job, new(policy, flushCount));
        var end = Runs.EndOfAsync(api, runId);
        await ledger.HeardAsync(RandomMoment(), end);

        var page = await running.PageAsync("/system");
        await KillAsync(page);
        await StartPageNamesLodeAsync();
        var acknowledged = ledger.Last;
        var restart = page.GetByRole(AriaRole.Button, new() { Name = "Restart lode" });
        // Without scrolling aside.
        await Expect(restart).ToBeInViewportAsync(new() { Ratio = 1 });
        await restart.ClickAsync();
        await Expect(Row(page)).ToContainTextAsync("Running, healthy");
        await page.Context.CloseAsync();

        // A flush that was under way may have been answered before the kill; the one after it was not.
        await ledger.HeardAsync(acknowledged + (2 * ItemsPerFlush), end);
        ledger.Enough();
        var run = await end;
        Assert.Equal("success", run.GetProperty("outcome").GetString());
        await CompareAsync(api, runId, ledger.Last);
        output.WriteLine($"{policy}: killed after {acknowledged} acknowledged, ended with {ledger.Last}");
    }

    private async Task StartPageNamesLodeAsync()
    {
        var start = await running.PageAsync("/");
        var alert = start.GetByRole(AriaRole.Alert).Filter(new() { HasText = "Lode writer does not answer" });
        await Expect(alert.First).ToBeVisibleAsync();
        await start.Context.CloseAsync();
    }

    private static async Task CompareAsync(HttpClient api, string runId, long last)
    {
        var stored = await Runs.ItemsAsync(api, runId);
        Assert.Equal(
            Enumerable.Range(1, (int)last),
            stored.Select(i => i.GetProperty("payload").GetProperty("data").GetProperty("number").GetInt32())
        );
        using var answer = await api.PostAsync($"/api/v1/runs/{runId}/verify", null, Ends);
        var proof = await answer.Content.ReadFromJsonAsync<JsonElement>(Ends);
        Assert.True(proof.GetProperty("complete").GetBoolean(), proof.GetRawText());
        Assert.Equal(0, proof.GetProperty("dropped").GetInt64());
    }

    private async Task KillAsync(IPage page)
    {
        await Expect(Row(page)).ToContainTextAsync("Running, healthy");
        var pid = int.Parse(await Row(page).GetByRole(AriaRole.Cell).Nth(ProcessColumn).InnerTextAsync());
        using (var lode = Process.GetProcessById(pid))
            lode.Kill();
        await running.Application.ResourceNotifications.WaitForResourceAsync("lode", KnownResourceStates.Exited, Ends);
        await Expect(Row(page)).ToContainTextAsync("It ended with exit code 137.");
    }

    private static ILocator Row(IPage page) =>
        page.GetByRole(AriaRole.Region, new() { Name = "Resources" })
            .GetByRole(AriaRole.Row)
            .Filter(new() { Has = page.GetByRole(AriaRole.Link, new() { Name = "lode", Exact = true }) });

    private long RandomMoment()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return ItemsPerFlush * new Random(seed).Next(AcknowledgedMin / ItemsPerFlush, AcknowledgedMax / ItemsPerFlush);
    }
}
