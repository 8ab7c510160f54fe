using System.Text;
using System.Text.Json;
using Quarry.Contracts;

namespace Quarry.Lode.Rows;

/// <summary>
/// One line of a wal: its columns as slices of the line, copied by nobody until a column takes them. A column that is not
/// there is empty.
/// </summary>
internal ref struct WalRow
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = Limits.PayloadDepthMax + 8 };

    public ReadOnlySpan<byte> RunId { get; private set; }

    public long Seq { get; private set; }

    public ReadOnlySpan<byte> EventId { get; private set; }

    public ReadOnlySpan<byte> RecordKind { get; private set; }

    public ReadOnlySpan<byte> Type { get; private set; }

    /// <summary>When it was emitted; what a script's host sent and is no time is the time it came.</summary>
    public DateTime Ts { get; private set; }

    public ReadOnlySpan<byte> ContractVersion { get; private set; }

    public int Attempt { get; private set; }

    public ReadOnlySpan<byte> JobId { get; private set; }

    public ReadOnlySpan<byte> ParentRunId { get; private set; }

    public ReadOnlySpan<byte> Policy { get; private set; }

    public ReadOnlySpan<byte> ItemType { get; private set; }

    /// <summary>True for items, whose type may be any text.</summary>
    public bool HasItemType { get; private set; }

    public DateTime IngestTs { get; private set; }

    /// <summary>The payload as it stands in the line: JSON.</summary>
    public ReadOnlySpan<byte> Payload { get; private set; }

    /// <summary>Reads a line.</summary>
    /// <exception cref="InvalidDataException">The line is no row.</exception>
    public static WalRow Parse(ReadOnlySpan<byte> line)
    {
        var row = new WalRow();
        DateTime? ts = null;
        var reader = Begin(line);
        while (Next(ref reader))
        {
            if (reader.ValueTextEquals("ts"u8))
                ts = Instant(ref reader);
            else
                row.Take(ref reader, line);
        }
        if (row.IngestTs == default || row.Payload.IsEmpty)
            throw NoRow(line);
        row.Ts = ts ?? row.IngestTs;
        return row;
    }

    /// <summary>Reads no more of a line than its seq and its type.</summary>
    /// <exception cref="InvalidDataException">The line is no row.</exception>
    public static (long Seq, string Type) Place(ReadOnlySpan<byte> line)
    {
        long? seq = null;
        var reader = Begin(line);
        while (Next(ref reader))
        {
            var isSeq = reader.ValueTextEquals("seq"u8);
            var isType = !isSeq && reader.ValueTextEquals("type"u8);
            _ = reader.Read();
            if (isSeq)
                seq = reader.GetInt64();
            else if (isType)
                return (seq ?? throw NoRow(line), reader.GetString()!);
            else
                reader.Skip();
        }
        throw NoRow(line);
    }

    private void Take(scoped ref Utf8JsonReader reader, ReadOnlySpan<byte> line)
    {
        var name = reader.ValueSpan;
        _ = reader.Read();
        if (name.SequenceEqual("run_id"u8))
            RunId = JsonText.Of(reader);
        else if (name.SequenceEqual("seq"u8))
            Seq = reader.GetInt64();
        else if (name.SequenceEqual("event_id"u8))
            EventId = JsonText.Of(reader);
        else if (name.SequenceEqual("record_kind"u8))
            RecordKind = JsonText.Of(reader);
        else if (name.SequenceEqual("type"u8))
            Type = JsonText.Of(reader);
        else if (name.SequenceEqual("contract_version"u8))
            ContractVersion = JsonText.Of(reader);
        else if (name.SequenceEqual("attempt"u8))
            Attempt = reader.GetInt32();
        else if (name.SequenceEqual("ingest_ts"u8))
            IngestTs = RowTime.Parse(reader) ?? default;
        else if (name.SequenceEqual("payload"u8))
            Payload = JsonText.Raw(ref reader, line);
        else
            TakeOptional(name, ref reader);
    }

    private void TakeOptional(ReadOnlySpan<byte> name, scoped ref Utf8JsonReader reader)
    {
        if (name.SequenceEqual("job_id"u8))
            JobId = JsonText.Of(reader);
        else if (name.SequenceEqual("parent_run_id"u8))
            ParentRunId = JsonText.Of(reader);
        else if (name.SequenceEqual("policy"u8))
            Policy = JsonText.Of(reader);
        else if (name.SequenceEqual("item_type"u8))
        {
            ItemType = JsonText.Of(reader);
            HasItemType = true;
        }
        else
            reader.Skip();
    }

    private static Utf8JsonReader Begin(ReadOnlySpan<byte> line)
    {
        var reader = new Utf8JsonReader(line, Options);
        return reader.Read() && reader.TokenType == JsonTokenType.StartObject ? reader : throw NoRow(line);
    }

    /// <summary>Moves to the next name of a column.</summary>
    private static bool Next(ref Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName;

    private static DateTime? Instant(ref Utf8JsonReader reader)
    {
        _ = reader.Read();
        return RowTime.Parse(reader);
    }

    private static InvalidDataException NoRow(ReadOnlySpan<byte> line) =>
        new($"a line of the wal is no row: {Encoding.UTF8.GetString(line[..Math.Min(line.Length, 200)])}");
}
