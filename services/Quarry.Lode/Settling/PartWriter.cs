using ParquetSharp;
using Quarry.Lode.Rows;

namespace Quarry.Lode.Settling;

/// <summary>
/// Parquet files of one event type while a run is settled: parts of at most so many rows, in seq order.
/// </summary>
internal sealed class PartWriter(string folder, string eventType, int partRowsMax) : IDisposable
{
    private const int GroupRowsMax = 120_000;
    private const long GroupBytesMax = 16 * 1024 * 1024;
    private const int CompressionLevel = 3;

    private readonly RowColumns columns = new();
    private readonly List<SettledPart> parts = [];
    private ParquetFileWriter? file;
    private string? path;
    private long rows;
    private long first;
    private long last;

    /// <summary>Finished parts.</summary>
    public IReadOnlyList<SettledPart> Parts => parts;

    public void Add(in WalRow row)
    {
        if (file is null)
            Begin(row.Seq);
        columns.Add(row);
        last = row.Seq;
        rows++;
        if (columns.Rows >= GroupRowsMax || columns.Bytes >= GroupBytesMax)
            columns.Flush(file!);
        if (rows == partRowsMax)
            Finish();
    }

    /// <summary>Ends the last part.</summary>
    public void Finish()
    {
        if (file is null)
            return;
        if (columns.Rows > 0)
            columns.Flush(file);
        file.Close();
        file.Dispose();
        file = null;
        parts.Add(new(eventType, parts.Count, path!, rows, first, last));
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    private void Begin(long seq)
    {
        path = Path.Combine(folder, $"{eventType}-{parts.Count:d5}.parquet");
        using var properties = new WriterPropertiesBuilder()
            .Compression(Compression.Zstd)
            .CompressionLevel(CompressionLevel)
            .EnableWritePageIndex()
            .DisableDictionary("seq")
            .DisableDictionary("event_id")
            .DisableDictionary("payload")
            .DisableStatistics("payload")
            .Build();
        file = new ParquetFileWriter(path, RowColumns.Schema, properties);
        rows = 0;
        first = seq;
    }
}

/// <summary>A finished part on the local disk.</summary>
internal sealed record SettledPart(string EventType, int Number, string Path, long Rows, long First, long Last);
