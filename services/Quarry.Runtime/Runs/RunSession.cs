using Quarry.Contracts;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Browsers;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Ingest;
using Quarry.Runtime.Politeness;
using Quarry.Runtime.Proxies;
using Quarry.Runtime.Telemetry;

namespace Quarry.Runtime.Runs;

/// <summary>One run while its executor lives: process, console, ingestion, limits, end.</summary>
internal sealed class RunSession(
    RunRecord starting,
    ProxyLease? proxy,
    PoliteHosts? polite,
    ILodeAppender appender,
    IIngestionPolicy policy,
    RunFigures figures,
    IRunObserver observer,
    RunControl control,
    IBrowserSource? browsers,
    ExecutorOptions options,
    TimeProvider clock,
    Func<RunRecord, Task> record
)
{
    private readonly ConsoleReader console = new(starting.RunId, observer, clock);
    private readonly TimeProvider steady = new SteadyClock(clock);
    private readonly TimeSpan reapWithin = TimeSpan.FromMilliseconds(options.ReapMs);
    private RunRecord run = starting;

    /// <summary>What the policy had counted while the run went on, oldest first; known at the run's end.</summary>
    public IReadOnlyList<RunSample> Samples { get; private set; } = [];

    /// <summary>True when the executor has done with the run and may serve another.</summary>
    public bool IsExecutorReady { get; private set; }

    /// <summary>Has the executor run the script, ingests until it ends, and tells how it ended.</summary>
    public async Task<RunRecord> RunAsync(Executor executor)
    {
        figures.Meter.Launched();
        var (process, frames) = (executor.Process, executor.Control);
        var budget = polite?.InForce(run);
        await using var desk = polite is null
            ? null
            : new TurnDesk(polite.Turns, budget!, frames, figures.Meter, steady);
        using var intake = new FrameIntake(run, policy, observer, figures.Trace, steady) { Turns = desk };
        using var loop = new IngestLoop(
            executor.Frames,
            policy,
            intake,
            appender,
            frames,
            run,
            observer,
            figures,
            steady
        );
        using var watch = new RunWatch(run.Limits, control, () => LastActiveAt(intake, desk), steady);
        using var sampler = new RunSampler(figures, clock);
        await using var loan = new BrowserLoan(browsers, run, proxy?.Server, intake.BrowserAsked.Task, frames);
        await using var memory = new MemoryWatch(() => process.MemoryBytes() + loan.MemoryBytes(), run, control, clock);
        var reading = console.ReadAsync(executor.Console);
        frames.Restart();
        var asked = figures.Trace.ForExecutor(run);
        frames.Request(RunRequest.ToJson(asked, options, proxy, budget, executor.MayServeOn, browsers is not null));
        executor.Served++;
        var ingest = loop.RunAsync();
        var over = EndedOrReleasedAsync(process.Exited, intake.Released.Task);
        var supervisor = new ExecutorSupervisor(process, over, frames, control, run.Limits, options, clock);
        var ended = supervisor.SeeToEndAsync(intake.TerminalSeen.Task, ingest);
        await NoteLoadedAsync(intake, ended);
        var exit = await ended;
        await record(
            run = run with { State = RunState.Draining, SeqLast = intake.Tally.SeqLast, SeqDurable = loop.DurableSeq }
        );
        var isReleased = intake.Released.Task.IsCompleted && !control.Stopped.IsCompleted;
        var isReaped = await process.ReapAsync(isReleased, reapWithin, clock);
        var fault = await DrainAsync(loop, ingest);
        IsExecutorReady = isReleased && isReaped && fault is null && !process.Exited.IsCompleted;
        if (fault is not null)
            figures.Meter.Faulted(fault.Kind);
        Samples = sampler.End();
        if (isReaped)
            await reading;
        run = run with { Turns = desk?.Totals };
        return Conclude(intake, loop, exit, fault, supervisor.IsOverstayed);
    }

    /// <summary>A script that waits for a turn is silent because it has to be.</summary>
    private static DateTimeOffset LastActiveAt(FrameIntake intake, TurnDesk? desk) =>
        desk?.ActiveAt is { } at && at > intake.LastFrameAt ? at : intake.LastFrameAt;

    /// <summary>An executor that is ready for another run has ended this one as if it had exited.</summary>
    private static async Task<ExecutorExit> EndedOrReleasedAsync(Task<ExecutorExit> exited, Task<int> released) =>
        await Task.WhenAny(exited, released) == released ? new(await released, null) : await exited;

    private async Task NoteLoadedAsync(FrameIntake intake, Task ended)
    {
        _ = await Task.WhenAny(intake.ScriptLoaded.Task, ended);
        figures.Trace.ExecutorStarted(intake.ScriptLoaded.Task.IsCompleted);
        if (!intake.ScriptLoaded.Task.IsCompleted)
            return;
        run = run with { State = RunState.Running, Script = run.Script with { Sha256 = intake.Tally.ScriptSha256 } };
        await record(run);
    }

    /// <summary>Waits for the rest of the pipe; a stray that still holds it open does not hold the run.</summary>
    private async Task<IngestFault?> DrainAsync(IngestLoop loop, Task<IngestFault?> ingest)
    {
        while (!ingest.IsCompleted)
        {
            var before = loop.DurableSeq;
            _ = await Task.WhenAny(ingest, Task.Delay(reapWithin, clock));
            if (!ingest.IsCompleted && loop.IsWaitingForPipe && loop.DurableSeq == before)
                loop.StopReading();
        }
        return await ingest;
    }

    private RunRecord Conclude(
        FrameIntake intake,
        IngestLoop loop,
        ExecutorExit exit,
        IngestFault? fault,
        bool isOverstayed
    )
    {
        var tally = intake.Tally;
        var stop = control.Stopped.IsCompletedSuccessfully ? control.Stopped.Result : null;
        var (outcome, message) = OutcomeTable.Decide(
            new(
                exit,
                fault,
                stop,
                tally.Terminal,
                tally.Error,
                tally.Result,
                tally.SeqLast,
                loop.DurableSeq == tally.SeqLast,
                isOverstayed
            )
        );
        (outcome, message) = ProxyProof.Check(proxy, tally.Result?.Proxy, outcome, message);
        return run with
        {
            State = RunState.Done,
            Outcome = outcome,
            Message = message,
            ProxyUsed = Used(tally),
            EndedAt = clock.GetUtcNow(),
            FirstEventAt = tally.FirstEventAt,
            SeqLast = tally.SeqLast,
            SeqDurable = loop.DurableSeq,
            Script = run.Script with { Sha256 = tally.ScriptSha256 ?? run.Script.Sha256 },
            Counts = tally.Counts(),
            Drops = DropCounts.Of(policy.Counters),
            Artifacts = tally.Artifacts(),
            Files = tally.Files(),
            ExitCode = exit.Code,
            Exit = outcome == RunOutcome.Success && tally.EventsAfterTerminal == 0 ? null : Report(tally, exit),
        };
    }

    private ProxyUsed? Used(RunTally tally) =>
        proxy is null ? null : proxy.Used with { FailedRequests = tally.Result?.Proxy?.FailedRequests ?? 0 };

    private ExitReport Report(RunTally tally, ExecutorExit exit)
    {
        var error = tally.Error ?? tally.Result?.Error;
        return new()
        {
            Signal = exit.Signal,
            ErrorType = error?.Type,
            Stack = error?.Stack,
            ConsoleTail = console.Tail,
            ConsoleBytesCut = console.BytesCut,
            EventsAfterTerminal = tally.EventsAfterTerminal,
        };
    }
}
