using Quarry.Contracts.Policies;
using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Api;

/// <summary>What the ingestion policy of a run did.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Policy">The policy with its options.</param>
/// <param name="SeqLast">Last seq observed.</param>
/// <param name="SeqDurable">Last seq known durable.</param>
/// <param name="Drops">Events dropped, by type and reason.</param>
/// <param name="Samples">Its counters over time, oldest first; none until the run is settled.</param>
public sealed record PolicyHistory(
    string RunId,
    PolicyOptions Policy,
    long SeqLast,
    long SeqDurable,
    IReadOnlyList<DropCount> Drops,
    IReadOnlyList<RunSample> Samples
);
