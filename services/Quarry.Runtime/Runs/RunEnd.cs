using Quarry.Contracts.Events;
using Quarry.Runtime.Executors;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Runs;

/// <summary>All that is known when a run's processes are gone and its events are settled or refused.</summary>
internal sealed record RunEnd(
    ExecutorExit Exit,
    IngestFault? Fault,
    StopRequest? Stop,
    EventType? Terminal,
    ReportedError? Error,
    ReportedResult? Result,
    long SeqLast,
    bool IsAllDurable,
    bool IsOverstayed
);
