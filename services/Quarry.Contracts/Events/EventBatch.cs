namespace Quarry.Contracts.Events;

/// <summary>
/// Consecutive events of one run on their way to Lode: the frames as the executor wrote them, prefix included, and
/// the ranges a policy dropped between them. Together they cover every seq from first to last.
/// </summary>
public sealed record EventBatch
{
    /// <summary>First seq covered, inclusive; the one after the last durable seq.</summary>
    public required long FirstSeq { get; init; }

    /// <summary>Last seq covered, inclusive.</summary>
    public required long LastSeq { get; init; }

    /// <summary>How many frames are in <see cref="Frames"/>.</summary>
    public required int Count { get; init; }

    /// <summary>
    /// Whole frames, back to back, in seq order. The memory is the sender's and may be reused as soon as the append
    /// has returned: an appender that keeps it longer copies it.
    /// </summary>
    public required ReadOnlyMemory<byte> Frames { get; init; }

    /// <summary>Ranges inside first..last that are not in <see cref="Frames"/>, in seq order.</summary>
    public IReadOnlyList<DropRange> Drops { get; init; } = [];
}
