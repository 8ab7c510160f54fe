using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Policies;
using Quarry.Contracts.Politeness;
using Quarry.Contracts.Proxies;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Politeness;
using Quarry.Runtime.Proxies;
using Quarry.Runtime.Runs;
using Quarry.Runtime.Telemetry;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>A real process that behaves as a test says: a shell program with prepared frames beside it.</summary>
internal sealed class ScriptedExecutor : IRunObserver, IDisposable
{
    /// <summary>Tests of one collection do not run at once: the end of a run kills all that carries the run's id.</summary>
    public const string Collection = "executors of run-1";

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-executor-");

    public MemoryLode Lode { get; init; } = new();

    /// <summary>Where the run goes instead of <see cref="Lode"/>.</summary>
    public ILode? Storage { get; init; }

    public RunControl Control { get; } = new();

    public PolicyOptions Policy { get; init; } = new();

    public RunLimits Limits { get; init; } = new();

    public PolitenessOptions? Politeness { get; init; }

    public PoliteHosts? Polite { get; init; }

    public ProxyRequest? Proxy { get; init; }

    public ProxySource? Proxies { get; init; }

    public string RunId { get; init; } = "run-1";

    public TimeProvider Clock { get; init; } = TimeProvider.System;

    public RuntimeMeter Meter { get; init; } = new();

    /// <summary>Where the run stands in a trace.</summary>
    public string? Traceparent { get; init; }

    public ILogger<RunHost> Logger { get; init; } = NullLogger<RunHost>.Instance;

    /// <summary>Hears of events as they are observed.</summary>
    public Action<EventBatch> OnObserved { get; init; } = _ => { };

    public List<string> Lines { get; } = [];

    public TaskCompletionSource FirstLine { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Runs <paramref name="shell"/>; <c>$F</c> is a file with the frames.</summary>
    public Task<RunRecord> RunAsync(string shell, params byte[][] frames)
    {
        var program = Path.Combine(folder.FullName, "executor");
        var file = Path.Combine(folder.FullName, "frames");
        File.WriteAllBytes(file, [.. frames.SelectMany(f => f)]);
        File.WriteAllText(program, $"#!/bin/bash\nF='{file}'\n{shell}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.UserWrite);
        var options = new ExecutorOptions { ExecutorPath = program };
        var host = new RunHost(Storage ?? Lode, options, "test", Clock, Logger)
        {
            Meter = Meter,
            Proxies = Proxies,
            Polite = Polite,
        };
        var request = new LaunchRequest
        {
            Script = "s.ts",
            Source = "s",
            RunId = RunId,
            Policy = Policy,
            Limits = Limits,
            Proxy = Proxy,
            Politeness = Politeness,
        };
        var run = request.ToRunRecord(Clock) with { Traceparent = Traceparent };
        return host.RunAsync(run, 1, this, Control);
    }

    public void StateChanged(RunRecord run) { }

    public void Observed(string runId, EventBatch events) => OnObserved(events);

    public void Progress(RunProgress progress) { }

    public void Console(ConsoleLine line)
    {
        lock (Lines)
            Lines.Add(line.Text);
        _ = FirstLine.TrySetResult();
    }

    public void Dispose() => folder.Delete(recursive: true);
}
