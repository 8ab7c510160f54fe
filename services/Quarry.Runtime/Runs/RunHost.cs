using Microsoft.Extensions.Logging;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Policies;
using Quarry.Runtime.Browsers;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Politeness;
using Quarry.Runtime.Proxies;
using Quarry.Runtime.Telemetry;

namespace Quarry.Runtime.Runs;

/// <summary>Runs runs: from a queued record to a final one. Reusable; one call of <see cref="RunAsync"/> per run.</summary>
public sealed partial class RunHost(
    ILode lode,
    ExecutorOptions options,
    string runnerName,
    TimeProvider clock,
    ILogger<RunHost> logger
)
{
    /// <summary>Where what the runs do is counted; a meter of this host's own unless it is given one.</summary>
    public RuntimeMeter Meter { get; init; } = new();

    /// <summary>Where runs get their executors; a new one for each run unless it is given another.</summary>
    public IExecutorSource Executors { get; init; } = new FreshExecutors(options);

    /// <summary>Lends browsers to the executors; each starts its own when there is none.</summary>
    public IBrowserSource? Browsers { get; init; }

    /// <summary>Where runs get their turns at hosts; without it an executor keeps to a budget of its own.</summary>
    public PoliteHosts? Polite { get; init; }

    /// <summary>Where runs get their proxies; without one, a run that asks for a proxy is refused.</summary>
    public ProxySource? Proxies { get; init; }

    /// <summary>
    /// Runs one run to its end and returns the final record, durable in Lode. <paramref name="epoch"/> is the number of
    /// this runner's lease on the run.
    /// </summary>
    /// <exception cref="LodeException">The storage refused the run before it was started or after it ended.</exception>
    /// <exception cref="ExecutorNotFoundException">The machine lacks an executor; nothing was started.</exception>
    public async Task<RunRecord> RunAsync(RunRecord queued, long epoch, IRunObserver observer, RunControl control)
    {
        _ = ExecutorLocator.Locate(options, queued.Script.Path);
        using var trace = RunTrace.Begin(queued, clock);
        var named = queued with { Runner = runnerName };
        var granted = await ProxyAsync(named, observer, control);
        var run = named with
        {
            State = RunState.Starting,
            StartedAt = clock.GetUtcNow(),
            ProxyUsed = granted.Lease?.Used,
        };
        await RecordAsync(run, observer);
        await using var opened = await lode.OpenAsync(run, epoch, CancellationToken.None);
        var appender = new MeteredAppender(opened, Meter, trace, clock);
        var (final, samples) = granted.Refusal is { } refusal
            ? (Unstarted(run, refusal), [])
            : await ThroughAsync(
                run,
                granted.Lease,
                observer,
                o => MeasureAsync(run, granted.Lease, appender, trace, o, control)
            );
        var closed = await CloseAsync(appender, final, samples, trace);
        if (!closed.IsDurable)
            throw new LodeException($"Run {run.RunId} could not be closed: {closed.Message}")
            {
                Status = closed.Status,
            };
        trace.Ended(final);
        observer.StateChanged(final);
        Log.Ended(logger, final.RunId, final.Outcome!.Value, final.SeqLast, final.SeqDurable, final.Message);
        return final;
    }

    private Task<ProxyGrant> ProxyAsync(RunRecord run, IRunObserver observer, RunControl control)
    {
        if (run.Proxy is null)
            return Task.FromResult(ProxyGrant.Direct);
        return Proxies is null
            ? Task.FromResult(
                ProxyGrant.Refused($"proxy.pool names '{run.Proxy.Pool}', and no pools are configured here.")
            )
            : Proxies.TakeAsync(run, options, control, r => RecordAsync(r, observer));
    }

    private RunRecord Unstarted(RunRecord run, StopRequest refusal) =>
        run with
        {
            State = RunState.Done,
            Outcome = refusal.Outcome,
            Message = refusal.Reason,
            EndedAt = clock.GetUtcNow(),
        };

    /// <summary>Runs it, and tells the pool what is to be known of the endpoint.</summary>
    private async Task<(RunRecord Final, IReadOnlyList<RunSample> Samples)> ThroughAsync(
        RunRecord run,
        ProxyLease? lease,
        IRunObserver observer,
        Func<IRunObserver, Task<(RunRecord Final, IReadOnlyList<RunSample> Samples)>> measure
    )
    {
        if (lease is null)
            return await measure(observer);
        var rotation = new RotationObserver(observer, () => Proxies!.LeaveAsync(run, lease));
        var measured = await measure(rotation);
        await rotation.CompleteAsync();
        await Proxies!.ReportAsync(measured.Final, lease);
        return measured;
    }

    private async Task<(RunRecord Final, IReadOnlyList<RunSample> Samples)> MeasureAsync(
        RunRecord run,
        ProxyLease? proxy,
        ILodeAppender appender,
        RunTrace trace,
        IRunObserver observer,
        RunControl control
    )
    {
        var policy = PolicyFactory.Create(run.Policy);
        var drops = new DropLog(run.RunId, logger, clock);
        var figures = new RunFigures(run.Policy.Name, policy.Counters, Meter, trace, drops, clock);
        var session = new RunSession(
            run,
            proxy,
            Polite,
            appender,
            policy,
            figures,
            observer,
            control,
            Browsers,
            options,
            clock,
            r => RecordAsync(r, observer)
        );
        Meter.Started(figures);
        trace.ExecutorAsked();
        try
        {
            var final = await ExecuteAsync(session, run);
            Meter.Ended(figures, final.Outcome!.Value);
            return (final, session.Samples);
        }
        finally
        {
            Meter.Forget(figures);
            drops.End(policy.Counters);
        }
    }

    private async Task<RunRecord> ExecuteAsync(RunSession session, RunRecord run)
    {
        var executor = Executors.Take(run);
        try
        {
            return await session.RunAsync(executor);
        }
        finally
        {
            await Executors.GiveBackAsync(executor, run, session.IsExecutorReady);
        }
    }

    private static async Task<AppendResult> CloseAsync(
        ILodeAppender appender,
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        RunTrace trace
    )
    {
        using var closing = trace.Closing();
        return await appender.CloseAsync(final, samples, CancellationToken.None);
    }

    private async Task RecordAsync(RunRecord run, IRunObserver observer)
    {
        await lode.RecordStateAsync(run, CancellationToken.None);
        observer.StateChanged(run);
        Log.State(logger, run.RunId, run.State);
    }

    private static partial class Log
    {
        [LoggerMessage(1001, LogLevel.Information, "Run {RunId} is {State}")]
        public static partial void State(ILogger logger, string runId, RunState state);

        [LoggerMessage(
            1002,
            LogLevel.Information,
            "Run {RunId} ended as {Outcome}: {SeqLast} events seen, {SeqDurable} durable. {Message}"
        )]
        public static partial void Ended(
            ILogger logger,
            string runId,
            RunOutcome outcome,
            long seqLast,
            long seqDurable,
            string? message
        );
    }
}
