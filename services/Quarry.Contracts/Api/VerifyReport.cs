using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Contracts.Api;

/// <summary>The completeness proof of one run (CONTRACT_POLICY, invariant): every seq stored once or in the ledger.</summary>
public sealed record VerifyReport
{
    /// <summary>The run.</summary>
    public required string RunId { get; init; }

    /// <summary>True when every check below holds and the run has ended.</summary>
    public required bool Complete { get; init; }

    /// <summary>State of the run record.</summary>
    public required RunState State { get; init; }

    /// <summary>How the run ended; null while it has not.</summary>
    public RunOutcome? Outcome { get; init; }

    /// <summary>Last seq the log covers, stored or dropped.</summary>
    public long SeqLast { get; init; }

    /// <summary>Rows found in the log.</summary>
    public long Stored { get; init; }

    /// <summary>Seqs named by the drop ledger.</summary>
    public long Dropped { get; init; }

    /// <summary>Rows found, by event type.</summary>
    public IReadOnlyDictionary<string, long> ByType { get; init; } = new Dictionary<string, long>();

    /// <summary>The ledger.</summary>
    public IReadOnlyList<DropRange> Drops { get; init; } = [];

    /// <summary>Artifacts whose size and SHA-256 were compared with their bytes.</summary>
    public long Artifacts { get; init; }

    /// <summary>Artifacts whose bytes are there without a commit event.</summary>
    public long Orphans { get; init; }

    /// <summary>True when the run's rows lie in Parquet.</summary>
    public bool Settled { get; init; }

    /// <summary>Each check with its result, in the order they were made.</summary>
    public required IReadOnlyList<VerifyCheck> Checks { get; init; }
}

/// <summary>One check of a proof.</summary>
/// <param name="Name">Stable name, such as <c>seq_contiguous</c>.</param>
/// <param name="Ok">Whether it holds.</param>
/// <param name="Detail">What was found; what is lost and what is not, when it does not hold.</param>
public sealed record VerifyCheck(string Name, bool Ok, string Detail);
