using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Unit.Runtime;

[Collection(ScriptedExecutor.Collection)]
public class RunHostTests
{
    private static readonly byte[] Complete = Frames.Event(4, "run_complete", new Dictionary<string, object>());

    private static readonly byte[][] Good =
    [
        Frames.Event(1),
        Frames.Event(2, "log"),
        Frames.Chunk("a", 1, true, [1, 2, 3]),
        Frames.Event(3),
        Complete,
    ];

    private static readonly Dictionary<string, (byte[] Bad, string Message)> Broken = new()
    {
        ["seq gap"] = (Frames.Event(3), "sent seq 3, expected 2"),
        ["seq repeated"] = (Frames.Event(1), "sent seq 1, expected 2"),
        ["wrong run"] = (Frames.Event(2, runId: "other"), "event of run 'other', this is run 'run-1'"),
        ["wrong attempt"] = (Frames.Event(2, attempt: 2), "sent attempt 2, this is attempt 1"),
        ["not a map"] = (Frames.Prefixed([0x93, 1, 2, 3]), "not a msgpack map"),
        ["no type"] = (Frames.Prefixed([0x80]), "has no type"),
        ["empty frame"] = ([0, 0, 0, 0], "a frame of 0 bytes"),
        ["17 MiB"] = ([1, 16, 0, 0], "a frame of 17,825,792 bytes, limit 16,777,212"),
        ["payload not a map"] = (Frames.Event(2, payload: 5), "payload that is not a map"),
        ["cut frame"] = (Frames.Event(2)[..^1], "cut short"),
        ["chunk too large"] = (Frames.Chunk("a", 1, true, new byte[Limits.ChunkDataBytesMax + 1]), "limit 8,388,608"),
    };

    public static TheoryData<string> BrokenStreams => [.. Broken.Keys];

    public static TheoryData<string, string, RunOutcome, string> Ends =>
        new()
        {
            { "no terminal event", "cat $F; exit 0", RunOutcome.ExecutorCrash, "without a terminal event" },
            { "script error", "cat $F; exit 1", RunOutcome.ScriptError, "without saying why" },
            { "crash", "cat $F; exit 2", RunOutcome.ExecutorCrash, "exited with 2" },
            { "invalid input", "cat $F; exit 3", RunOutcome.ExecutorCrash, "refused the run" },
            { "killed", "cat $F; kill -9 $$", RunOutcome.ExecutorCrash, "signal 9" },
        };

    [Fact]
    public async Task A_run_that_completes_is_a_success_with_everything_stored_in_order()
    {
        using var executor = new ScriptedExecutor();
        // It waits for the first byte of an acknowledgement: by then the runtime has seen the script loaded.
        var run = await executor.RunAsync("cat $F; read -r; head -c 1 >/dev/null", Good);
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        Assert.Equal([1, 2, 3, 4], executor.Lode.Stored);
        Assert.Equal((4, 4, 2), (run.SeqLast, run.SeqDurable, run.Counts["item"]));
        Assert.Equal(1, run.Artifacts.Orphans);
        Assert.Equal(
            [RunState.Starting, RunState.Running, RunState.Draining],
            executor.Lode.States.Select(s => s.State)
        );
        Assert.Same(run, executor.Lode.Closed);
    }

    [Fact]
    public async Task A_frame_of_an_unknown_type_is_ignored_wherever_it_comes()
    {
        using var executor = new ScriptedExecutor();
        var future = Frames.Of(new Dictionary<string, object> { ["type"] = "from_the_future", ["seq"] = 42 });
        var run = await executor.RunAsync(
            "cat $F",
            future,
            Frames.Event(1),
            future,
            Frames.Event(2, "run_complete", new Dictionary<string, object>()),
            future
        );
        Assert.Equal(RunOutcome.Success, run.Outcome);
        Assert.Equal([1, 2], executor.Lode.Stored);
    }

    [Theory]
    [InlineData(PolicyName.Strict, null)]
    [InlineData(PolicyName.Buffered, null)]
    [InlineData(PolicyName.Streaming, 1_000)]
    public async Task A_script_that_waits_for_durability_gets_it_under_every_policy(PolicyName policy, int? flushCount)
    {
        using var executor = new ScriptedExecutor
        {
            Policy = new() { Name = policy, FlushCount = flushCount },
        };
        var first = Frames.Event(1);
        var ask = Frames.Of(new Dictionary<string, object> { ["type"] = "flush_request", ["seq"] = 1 });
        // What follows the request is sent only after the first byte of the acknowledgement.
        var asked = first.Length + ask.Length;
        var run = await executor.RunAsync(
            $"head -c {asked} $F; read -r; head -c 1 >/dev/null; tail -c +{asked + 1} $F",
            first,
            ask,
            Frames.Event(2, "run_complete", new Dictionary<string, object>())
        );
        Assert.Equal((RunOutcome.Success, null), (run.Outcome, run.Message));
        Assert.Equal([1, 2], executor.Lode.Stored);
    }

    [Theory]
    [InlineData(PolicyName.Strict)]
    [InlineData(PolicyName.Buffered)]
    [InlineData(PolicyName.Streaming)]
    public async Task Frames_that_arrive_byte_by_byte_are_the_same_frames(PolicyName policy)
    {
        var flush = policy == PolicyName.Streaming ? 3 : (int?)null;
        using var executor = new ScriptedExecutor
        {
            Policy = new() { Name = policy, FlushCount = flush },
        };
        var run = await executor.RunAsync("dd if=$F bs=1 status=none", Good);
        Assert.Equal(RunOutcome.Success, run.Outcome);
        Assert.Equal([1, 2, 3, 4], executor.Lode.Stored);
    }

    [Theory]
    [MemberData(nameof(BrokenStreams))]
    public async Task A_broken_stream_ends_the_run_and_keeps_what_came_before(string name)
    {
        var (bad, message) = Broken[name];
        using var executor = new ScriptedExecutor();
        var run = await executor.RunAsync("cat $F", Frames.Event(1), bad);
        Assert.Equal(RunOutcome.ExecutorCrash, run.Outcome);
        Assert.Contains(message, run.Message);
        Assert.Equal([1], executor.Lode.Stored);
    }

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task An_exit_is_what_the_contract_says(string name, string shell, RunOutcome outcome, string message)
    {
        using var executor = new ScriptedExecutor();
        var run = await executor.RunAsync(shell, Frames.Event(1));
        Assert.True(run.Outcome == outcome, $"{name}: {run.Outcome}");
        Assert.Contains(message, run.Message);
        Assert.Equal([1], executor.Lode.Stored);
    }

    [Theory]
    [InlineData("0.13.0", RunOutcome.Success)]
    [InlineData("1.99.0", RunOutcome.Success)]
    [InlineData("2.0.0", RunOutcome.VersionMismatch)]
    [InlineData("x", RunOutcome.VersionMismatch)]
    public async Task Every_version_of_a_supported_major_is_accepted_and_no_other(string version, RunOutcome outcome)
    {
        using var executor = new ScriptedExecutor();
        var frames = new[] { Frames.Event(1, version: version), Frames.Event(2, "run_complete", version: version) };
        Assert.Equal(outcome, (await executor.RunAsync("cat $F", frames)).Outcome);
        Assert.Equal(outcome == RunOutcome.Success ? 2 : 0, executor.Lode.Stored.Count);
    }

    [Fact]
    public async Task What_follows_the_terminal_event_is_counted_and_not_stored()
    {
        using var executor = new ScriptedExecutor();
        var run = await executor.RunAsync("cat $F", [.. Good, Frames.Event(5), Frames.Event(6)]);
        Assert.Equal((RunOutcome.Success, 2), (run.Outcome, run.Exit!.EventsAfterTerminal));
        Assert.Equal([1, 2, 3, 4], executor.Lode.Stored);
    }

    [Fact]
    public async Task A_run_that_uses_more_memory_than_it_may_is_ended_and_says_how_much()
    {
        // What the shell reads into a variable is its own memory, and a child's counts as well.
        const string hoard = "cat $F; (x=$(head -c 80000000 /dev/zero | tr '\\0' x); sleep 600)";
        using var executor = new ScriptedExecutor { Limits = new() { MemoryMb = 64 } };
        var run = await executor.RunAsync(hoard, Frames.Event(1));
        Assert.Equal(RunOutcome.ExecutorCrash, run.Outcome);
        Assert.Matches("used [0-9]+ MiB of memory, limit 64 MiB", run.Message);
        Assert.Equal([1], executor.Lode.Stored);
    }

    [Fact]
    public async Task A_run_within_its_memory_is_left_alone()
    {
        using var executor = new ScriptedExecutor { Limits = new() { MemoryMb = 4_000 } };
        Assert.Equal(RunOutcome.Success, (await executor.RunAsync("sleep 1; cat $F", Good)).Outcome);
    }

    [Fact]
    public async Task Storage_that_fails_ends_the_run_as_a_policy_failure_that_says_what_is_kept()
    {
        var full = new AppendResult(AppendStatus.StorageFull, 0, "no space left on /data");
        using var executor = new ScriptedExecutor
        {
            Lode = new() { BeforeAppend = (_, _) => Task.FromResult<AppendResult?>(full) },
        };
        var run = await executor.RunAsync("cat $F; sleep 60", Good);
        Assert.Equal(RunOutcome.PolicyFailure, run.Outcome);
        Assert.Contains("up to seq 0, then: no space left", run.Message);
    }

    [Fact]
    public async Task Cancel_gives_the_grace_period_and_then_kills()
    {
        using var executor = new ScriptedExecutor { Limits = new() { GraceMs = 50 } };
        var running = executor.RunAsync("trap '' TERM; echo up >&2; sleep 60");
        await executor.FirstLine.Task;
        executor.Control.Cancel("asked by a test");
        var run = await running;
        Assert.Equal((RunOutcome.Canceled, "asked by a test"), (run.Outcome, run.Message));
    }

    [Fact]
    public async Task Silence_beyond_its_limit_times_the_run_out()
    {
        using var executor = new ScriptedExecutor
        {
            Limits = new() { IdleMs = 100, GraceMs = 10 },
        };
        var run = await executor.RunAsync("cat $F; sleep 60", Frames.Event(1));
        Assert.Equal(RunOutcome.TimedOut, run.Outcome);
        Assert.Contains("limit of 0.1 s of silence", run.Message);
    }

    [Fact]
    public async Task Nothing_that_a_run_started_outlives_it_whatever_it_did_to_hide()
    {
        using var executor = new ScriptedExecutor { RunId = RunIds.New(TimeProvider.System) };
        _ = await executor.RunAsync("setsid sleep 300 & setsid bash -c 'sleep 300; true' & sleep 300 & exit 2");
        var tag = $"QUARRY_RUN_ID={executor.RunId}";
        var left = Directory
            .EnumerateDirectories("/proc")
            .Where(p => int.TryParse(Path.GetFileName(p), out _))
            .Where(p => TryReadEnvironment(p).Contains(tag, StringComparison.Ordinal));
        Assert.Empty(left);
    }

    [Fact]
    public async Task A_run_that_ends_leaves_a_run_of_the_same_id_in_another_storage_alone()
    {
        var go = Path.Combine(Directory.CreateTempSubdirectory("quarry-go-").FullName, "go");
        using var one = new ScriptedExecutor();
        using var other = new ScriptedExecutor();
        var end = Frames.Event(1, "run_complete", new Dictionary<string, object>());
        var waiting = one.RunAsync($"until [ -e {go} ]; do sleep 0.02; done; cat $F", end);
        Assert.Equal(RunOutcome.Success, (await other.RunAsync("cat $F", end)).Outcome);
        Assert.False(waiting.IsCompleted);
        await File.WriteAllTextAsync(go, "");
        Assert.Equal(RunOutcome.Success, (await waiting).Outcome);
        Directory.Delete(Path.GetDirectoryName(go)!, recursive: true);
    }

    [Fact]
    public async Task A_flood_on_the_console_is_cut_counted_and_never_blocks()
    {
        using var executor = new ScriptedExecutor();
        var run = await executor.RunAsync(
            "head -c 20000000 /dev/zero | tr '\\0' 'x' >&2; echo last >&2; cat $F; exit 1",
            Frames.Event(1)
        );
        Assert.Equal(RunOutcome.ScriptError, run.Outcome);
        Assert.InRange(run.Exit!.ConsoleBytesCut, 20_000_000 - Limits.ConsoleBytesMax, 20_000_000);
        Assert.True(executor.Lines.Sum(l => (long)l.Length) <= Limits.ConsoleBytesMax);
    }

    private static string TryReadEnvironment(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "environ"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
