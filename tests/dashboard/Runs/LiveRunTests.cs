using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Tests.Dashboard.Runs;

/// <summary>Following a run: what is heard, after an interruption, and at the end.</summary>
public sealed class LiveRunTests : IAsyncLifetime
{
    private const string Live = "/api/v1/runs/run-1/events/live";
    private DashboardUnderTest dashboard = null!;

    private static CancellationToken Ends => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => dashboard = await DashboardUnderTest.StartAsync();

    public ValueTask DisposeAsync() => dashboard.DisposeAsync();

    [Fact]
    public async Task Items_lines_and_state_arrive_and_the_view_ends_with_the_run()
    {
        dashboard.Runner.Answer(
            "GET",
            Live,
            http =>
                WriteAsync(
                    http,
                    ("1", "state", Samples.Run()),
                    ("2", "event", Samples.Item(1, """{ "name": "a" }""")),
                    ("3", "event", Samples.Log(2, "warn", "careful")),
                    ("4", "console", new { at = "2026-01-31T08:00:02.000Z", text = "hello" }),
                    (
                        "5",
                        "progress",
                        new
                        {
                            run_id = "run-1",
                            seq_last = 2,
                            seq_durable = 2,
                            items = 1,
                        }
                    ),
                    ("6", "state", Samples.Run(state: RunState.Done)),
                    ("7", "end", new { })
                )
        );
        await using var live = await FollowToEndAsync();
        Assert.Equal([1], live.View.Items.Select(i => i.Seq));
        Assert.Equal(["warn careful", "console hello"], live.View.Lines.Select(l => $"{l.Level} {l.Text}"));
        Assert.Equal(1, live.View.Progress.Items);
        Assert.Equal(RunOutcome.Success, live.View.Run!.Outcome);
        Assert.Null(live.Interruption);
    }

    [Fact]
    public async Task After_an_interruption_it_reads_on_behind_what_it_has()
    {
        var calls = 0;
        var heard = new TaskCompletionSource();
        dashboard.Runner.Answer(
            "GET",
            Live,
            http =>
                ++calls == 1
                    ? CutAsync(http, heard.Task, ("41", "event", Samples.Item(1, "{}")))
                    : WriteAsync(
                        http,
                        ("42", "event", Samples.Item(2, "{}")),
                        ("43", "state", Samples.Run(state: RunState.Done)),
                        ("44", "end", new { })
                    )
        );
        await using var live = await FollowToEndAsync(l =>
        {
            if (l.View.Items.Count > 0)
                heard.TrySetResult();
        });
        Assert.Equal([2, 1], live.View.Items.Select(i => i.Seq));
        Assert.Equal(
            ["", "41"],
            dashboard.Runner.Requests.Select(r => r.Headers.GetValueOrDefault("Last-Event-ID", ""))
        );
    }

    [Fact]
    public async Task A_tail_that_falls_silent_does_not_hide_that_the_run_has_ended()
    {
        dashboard.Runner.Answer(
            "GET",
            Live,
            async http =>
            {
                await WriteAsync(http, ("1", "state", Samples.Run()));
                await http.Response.Body.FlushAsync(Ends);
                await Task.Delay(Timeout.Infinite, http.RequestAborted);
            }
        );
        dashboard.Lode.Answer("GET", "/api/v1/runs/run-1", 200, Json(Samples.Run(state: RunState.Done)));
        await using var live = await FollowToEndAsync();
        Assert.True(live.View.Run!.IsDone);
    }

    [Fact]
    public async Task A_runner_that_does_not_answer_is_said_and_tried_again()
    {
        var interrupted = new TaskCompletionSource<string?>();
        dashboard.Lode.Answer("GET", "/api/v1/runs/run-1", 200, Json(Samples.Run()));
        dashboard.Runner.Answer(
            "GET",
            Live,
            async http =>
            {
                if (interrupted.Task.IsCompleted)
                {
                    await WriteAsync(http, ("1", "state", Samples.Run(state: RunState.Done)), ("2", "end", new { }));
                    return;
                }
                http.Response.StatusCode = 503;
                await http.Response.WriteAsync("""{ "detail": "It is being started.", "next_step": "Wait." }""", Ends);
            }
        );
        await using var live = await FollowToEndAsync(l =>
        {
            if (l.Interruption is { } said)
                interrupted.TrySetResult(said);
        });
        Assert.Equal("It is being started. Wait.", await interrupted.Task);
        Assert.Null(live.Interruption);
    }

    [Fact]
    public void What_is_kept_for_the_screen_is_bounded()
    {
        var view = new LiveView();
        for (var seq = 1; seq <= LiveView.ItemsMax + 1; seq++)
            view.Take("event", Json(Samples.Item(seq, "{}")));
        for (var seq = 1; seq <= LiveView.LinesMax + 1; seq++)
            view.Take("event", Json(Samples.Log(seq, "info", "x")));
        for (var seq = 1; seq <= LiveView.MilestonesMax + 1; seq++)
            view.Take("event", Json(Samples.Row(seq, "checkpoint", "{}")));
        Assert.Equal(LiveView.ItemsMax, view.Items.Count);
        Assert.Equal((LiveView.ItemsMax + 1L, 2L), (view.Items[0].Seq, view.Items[^1].Seq));
        Assert.Equal(LiveView.LinesMax, view.Lines.Count);
        Assert.Equal(LiveView.MilestonesMax, view.Milestones.Count);
    }

    [Fact]
    public void What_a_newer_runner_sends_is_left_alone()
    {
        var view = new LiveView();
        view.Take("something-new", "not even JSON");
        Assert.Null(view.Run);
    }

    private async Task<LiveRun> FollowToEndAsync(Action<LiveRun>? heard = null)
    {
        var ended = new TaskCompletionSource();
        LiveRun? live = null;
        live = new LiveRun(
            dashboard.Services.GetRequiredService<RunsClient>(),
            "run-1",
            TimeProvider.System,
            () =>
            {
                heard?.Invoke(live!);
                if (live!.View.Run is { IsDone: true })
                    ended.TrySetResult();
                return Task.CompletedTask;
            }
        );
        live.Start();
        await ended.Task.WaitAsync(TimeSpan.FromMinutes(1), Ends);
        return live;
    }

    private static async Task WriteAsync(HttpContext http, params (string Id, string Name, object Data)[] entries)
    {
        http.Response.ContentType = "text/event-stream";
        foreach (var (id, name, data) in entries)
            await http.Response.WriteAsync($"id: {id}\nevent: {name}\ndata: {Json(data)}\n\n", Ends);
    }

    private static async Task CutAsync(
        HttpContext http,
        Task heard,
        params (string Id, string Name, object Data)[] entries
    )
    {
        await WriteAsync(http, entries);
        await http.Response.Body.FlushAsync(Ends);
        await heard;
        http.Abort();
    }

    private static string Json(object value) => JsonSerializer.Serialize(value, QuarryJson.Compact);
}
