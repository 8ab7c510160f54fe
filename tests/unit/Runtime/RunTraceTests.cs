using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Telemetry;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>The spans of one run, and their bounds (docs/specs/telemetry.md).</summary>
[Collection(ScriptedExecutor.Collection)]
public sealed class RunTraceTests : IDisposable
{
    private static readonly string Longest = new('h', Limits.SpanTextCharsMax);
    private static readonly object Nothing = new Dictionary<string, object>();
    private readonly Traced traced = new();
    private readonly FakeTimeProvider clock = new();

    public void Dispose() => traced.Dispose();

    [Fact]
    public async Task A_run_has_a_span_below_its_launch_and_its_steps_below_that()
    {
        using var executor = new ScriptedExecutor { Traceparent = traced.Traceparent };
        var run = await executor.RunAsync(
            "cat $F",
            Frames.Of(new Dictionary<string, object> { ["type"] = "script_info", ["sha256"] = new string('a', 64) }),
            Span(),
            Frames.Event(1),
            Frames.Event(2, "run_complete", Nothing)
        );
        Assert.Equal(RunOutcome.Success, run.Outcome);
        Assert.Equal(traced.Launch.SpanId, traced.Run.ParentSpanId);
        Assert.Equal(ActivityStatusCode.Unset, traced.Run.Status);
        Assert.Equal("success", traced.Run.GetTagItem("quarry.outcome"));
        Assert.Equal(2L, traced.Run.GetTagItem("quarry.run.events"));
        Assert.Equal(2L, traced.Run.GetTagItem("quarry.run.events_durable"));
        var steps = traced.Spans.Where(s => s != traced.Run).ToList();
        Assert.Equal(
            ["quarry.executor.start", "quarry.navigation", "quarry.run.close"],
            steps.Select(s => s.OperationName).Order(StringComparer.Ordinal)
        );
        Assert.All(steps, s => Assert.Equal(traced.Run.SpanId, s.ParentSpanId));
        Assert.Equal(traced.Traceparent, run.Traceparent);
    }

    [Fact]
    public async Task The_executor_is_told_the_span_of_its_run()
    {
        using var executor = new ScriptedExecutor { Traceparent = traced.Traceparent };
        _ = await executor.RunAsync(
            "read -r request; echo \"$request\" >&2; cat $F",
            Frames.Event(1, "run_complete", Nothing)
        );
        var told = JsonSerializer.Deserialize<JsonElement>(executor.Lines[0]).GetProperty("traceparent").GetString();
        Assert.Equal($"00-{traced.Launch.TraceId}-{traced.Run.SpanId}-01", told);
    }

    [Fact]
    public async Task A_run_that_fails_before_its_script_is_loaded_says_so_in_its_spans()
    {
        using var executor = new ScriptedExecutor { Traceparent = traced.Traceparent };
        _ = await executor.RunAsync("exit 2");
        Assert.Equal(ActivityStatusCode.Error, traced.Of("quarry.executor.start").Single().Status);
        Assert.Equal(ActivityStatusCode.Error, traced.Run.Status);
        Assert.Equal("executor_crash", traced.Run.GetTagItem("quarry.outcome"));
    }

    [Fact]
    public void A_slow_write_has_a_span_up_to_a_number_and_every_write_is_counted()
    {
        using (var trace = RunTrace.Begin(Record(), clock))
        {
            var slow = TimeSpan.FromMilliseconds(RunTrace.SlowWriteMs);
            trace.Wrote("events", isOk: true, slow - TimeSpan.FromTicks(1));
            for (var write = 0; write <= RunTrace.SlowWriteSpansMax; write++)
                trace.Wrote("events", isOk: write > 0, slow);
            trace.Ended(Record() with { Outcome = RunOutcome.Success });
        }
        var spans = traced.Of("quarry.lode.write").ToList();
        Assert.Equal(RunTrace.SlowWriteSpansMax, spans.Count);
        Assert.All(spans, s => Assert.Equal(RunTrace.SlowWriteMs, s.Duration.TotalMilliseconds));
        Assert.Equal(["failed", "ok"], spans.Take(2).Select(s => (string?)s.GetTagItem("quarry.result")));
        Assert.Equal(RunTrace.SlowWriteSpansMax + 2L, traced.Run.GetTagItem("quarry.run.writes"));
        Assert.Equal(RunTrace.SlowWriteSpansMax + 1L, traced.Run.GetTagItem("quarry.run.writes_slow"));
    }

    [Fact]
    public void Spans_of_the_executor_are_taken_up_to_their_bound()
    {
        using (var trace = RunTrace.Begin(Record(), clock))
        {
            for (var span = 0; span <= Limits.SpansReportedMax; span++)
                trace.Reported(Map(Span()));
            trace.Ended(Record() with { Outcome = RunOutcome.Success });
        }
        Assert.Equal(Limits.SpansReportedMax, traced.Of("quarry.navigation").Count());
        Assert.Equal(1L, traced.Run.GetTagItem("quarry.run.spans_left_out"));
    }

    [Fact]
    public void A_span_tells_what_is_known_and_nothing_else()
    {
        using (var trace = RunTrace.Begin(Record(), clock))
        {
            trace.Reported(Map(Span(error: "net::ERR_FAILED")));
            trace.Reported(Map(Span(name: "secrets")));
            trace.Reported(Map(Span(end: -1)));
            trace.Reported(Map(Span(start: long.MaxValue, end: long.MaxValue)));
            trace.Reported(Map(Span(start: "now")));
        }
        var span = traced.Of("quarry.navigation").Single();
        Assert.Equal((ActivityStatusCode.Error, ActivityStatusCode.Error), (span.Status, traced.Run.Status));
        Assert.Equal(DateTime.UnixEpoch.AddMicroseconds(1_767_323_045_678_001), span.StartTimeUtc);
        Assert.Equal(TimeSpan.FromMicroseconds(2), span.Duration);
        Assert.Equal(
            ["error.type net::ERR_FAILED", $"server.address {Longest}", "server.port 8080"],
            span.TagObjects.Select(t => $"{t.Key} {t.Value}").Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public void A_run_that_nobody_listens_to_has_no_spans_and_keeps_its_place_in_the_trace()
    {
        traced.Dispose();
        using var trace = RunTrace.Begin(Record(), clock);
        trace.Reported(Map(Span()));
        Assert.Null(trace.Closing());
        Assert.Equal(traced.Traceparent, trace.ForExecutor(Record()).Traceparent);
    }

    private RunRecord Record() =>
        new LaunchRequest { Script = "s.ts", Source = "s" }.ToRunRecord(clock) with
        {
            Traceparent = traced.Traceparent,
        };

    private static byte[] Span(
        string name = "navigation",
        object? start = null,
        long end = 1_767_323_045_678_003,
        string? error = null
    ) =>
        Frames.Of(
            new Dictionary<string, object?>
            {
                ["type"] = "span",
                ["name"] = name,
                ["start"] = start ?? 1_767_323_045_678_001,
                ["end"] = end,
                ["error"] = error,
                ["attributes"] = new Dictionary<string, object>
                {
                    ["server.address"] = Longest,
                    ["server.port"] = 8080,
                    ["url.scheme"] = $"{Longest}s",
                    ["url.full"] = "https://user:secret@shop.example/?token=secret",
                },
            }
        );

    private static byte[] Map(byte[] frame) => frame[Limits.FramePrefixBytes..];
}
