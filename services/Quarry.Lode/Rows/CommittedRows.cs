using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Events;

namespace Quarry.Lode.Rows;

/// <summary>Lines of a wal as readers see rows.</summary>
internal static class CommittedRows
{
    /// <summary>Rows of a packed wal object after a seq, of one type or all.</summary>
    public static IEnumerable<EventRow> Read(byte[] packed, string? type, long afterSeq) =>
        Of(WalRows.Unpack(packed), type, afterSeq);

    /// <summary>Rows of unpacked lines after a seq, of one type or all.</summary>
    public static IEnumerable<EventRow> Of(ReadOnlyMemory<byte> lines, string? type, long afterSeq)
    {
        foreach (var line in WalRows.Lines(lines))
        {
            var row = Parse(line.Span);
            if (row.Seq > afterSeq && (type is null || row.Type == type))
                yield return row;
        }
    }

    private static EventRow Parse(ReadOnlySpan<byte> line)
    {
        var row =
            JsonSerializer.Deserialize<EventRow>(line, QuarryJson.Compact)
            ?? throw new InvalidDataException("a row of the wal is null");
        return RowTime.IsUsual(row.Ts) ? row : row with { Ts = RowTime.Format(Time(line, row)) };
    }

    /// <summary>A time in another form than the usual one, or the time it came when it is none.</summary>
    private static DateTime Time(ReadOnlySpan<byte> line, EventRow row)
    {
        if (RowTime.Parse(row.Ts) is { } instant)
            return instant;
        var came = JsonSerializer.Deserialize<IngestTime>(line, QuarryJson.Compact)?.IngestTs;
        return RowTime.Parse(came) ?? throw new InvalidDataException($"the row of seq {row.Seq} has no time");
    }

    private sealed record IngestTime(string? IngestTs);
}
