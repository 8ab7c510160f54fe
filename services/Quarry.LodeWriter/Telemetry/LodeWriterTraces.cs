using System.Diagnostics;
using Quarry.Contracts.Runs;

namespace Quarry.LodeWriter.Telemetry;

/// <summary>Spans of a run at the Lode writer (docs/specs/telemetry.md); none while nobody listens.</summary>
internal static class LodeWriterTraces
{
    /// <summary>Name of the source.</summary>
    public const string Name = "Quarry.LodeWriter";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>The closing slot is being written; below the call that asks for it.</summary>
    public static Activity? Close(RunRecord final) =>
        Source.StartActivity("quarry.lode.close")?.SetTag("quarry.run.id", final.RunId);

    /// <summary>A run is being settled; below its launch, for whoever ran it is done with it.</summary>
    public static Activity? Settle(RunRecord run) =>
        TraceContext.Of(run.Traceparent) is var launch && launch != default
            ? Source
                .StartActivity("quarry.lode.settle", ActivityKind.Consumer, launch)
                ?.SetTag("quarry.run.id", run.RunId)
            : null;
}
