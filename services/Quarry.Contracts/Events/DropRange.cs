using System.Text.Json.Serialization;

namespace Quarry.Contracts.Events;

/// <summary>Why events were not stored (CONTRACT_POLICY, drops).</summary>
public enum DropReason
{
    /// <summary>The buffer had no room and the events were of a droppable type.</summary>
    BufferFull,
}

/// <summary>
/// A ledger entry: the events of one type with every seq from <paramref name="SeqFirst"/> to
/// <paramref name="SeqLast"/> were observed and will not be stored (CONTRACT_POLICY, drop ledger).
/// </summary>
/// <param name="Type">Event type by its wire name.</param>
/// <param name="SeqFirst">First seq of the range, inclusive.</param>
/// <param name="SeqLast">Last seq of the range, inclusive.</param>
/// <param name="Reason">Why.</param>
public readonly record struct DropRange(string Type, long SeqFirst, long SeqLast, DropReason Reason)
{
    /// <summary>How many events the range names.</summary>
    [JsonInclude]
    public long Count => SeqLast - SeqFirst + 1;
}
