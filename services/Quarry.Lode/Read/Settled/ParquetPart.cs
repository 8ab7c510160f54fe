using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using ParquetSharp;
using Quarry.Contracts.Events;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read.Settled;

/// <summary>
/// One Parquet file of a settled run, open for reading. It is read by row groups (they lie one after another from byte 4
/// on, as settling writes them), so what is in memory does not grow with the file.
/// </summary>
internal sealed class ParquetPart : IAsyncDisposable
{
    private const int MagicBytes = 4;
    private const int TrailerBytes = 8;
    private const int TailBytes = 64 * 1024;

    private readonly string name;
    private readonly Stream source;
    private readonly LoadedRanges loaded;
    private readonly ParquetFileReader reader;

    private ParquetPart(string name, Stream source, LoadedRanges loaded)
    {
        this.name = name;
        this.source = source;
        this.loaded = loaded;
        reader = Decode(name, () => new ParquetFileReader(loaded, leaveOpen: true));
    }

    /// <summary>Rows, as the file's own footer counts them.</summary>
    public long Rows => reader.FileMetaData.NumRows;

    /// <summary>Opens a file; its footer is read.</summary>
    /// <exception cref="StoreException">It is missing, or no Parquet file.</exception>
    public static async Task<ParquetPart> OpenAsync(IObjectStore store, string key, CancellationToken cancellation)
    {
        var shown = $"{store.Name}: '{key}'";
        var stream =
            await store.OpenReadAsync(key, cancellation)
            ?? throw new StoreException(
                $"{shown} is missing: its rows cannot be read. Run 'quarry verify' on the run."
            );
        try
        {
            return new(shown, stream, await LoadFooterAsync(shown, stream, cancellation));
        }
        catch
        {
            await stream.DisposeAsync();
            throw;
        }
    }

    /// <summary>Rows after a seq, in seq order.</summary>
    public async IAsyncEnumerable<EventRow> RowsAsync(
        string type,
        long afterSeq,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        await foreach (var group in GroupsAsync(afterSeq, group => (0, RowGroupRows.Bytes(group)), cancellation))
        {
            using var rows = Decode(name, () => new RowGroupRows(group, type, afterSeq));
            while (Decode(name, rows.Next) is { Count: > 0 } batch)
            {
                foreach (var row in batch)
                    yield return row;
            }
        }
    }

    /// <summary>Seqs, in order.</summary>
    public async IAsyncEnumerable<long> SeqsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var group in GroupsAsync(0, RowGroupRows.SeqExtent, cancellation))
        {
            foreach (var seq in Decode(name, () => RowGroupRows.Seqs(group)))
                yield return seq;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        reader.Dispose();
        await loaded.DisposeAsync();
        await source.DisposeAsync();
    }

    /// <summary>Groups with rows after a seq, of each of which the extent that is asked for is in memory.</summary>
    private async IAsyncEnumerable<RowGroupReader> GroupsAsync(
        long afterSeq,
        Func<RowGroupReader, (long Offset, long Bytes)> extentOf,
        [EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var start = (long)MagicBytes;
        for (var number = 0; number < reader.FileMetaData.NumRowGroups; number++)
        {
            using var group = Decode(name, () => reader.RowGroup(number));
            var bytes = Decode(name, () => RowGroupRows.Bytes(group));
            if (Decode(name, () => RowGroupRows.LastSeq(group)) > afterSeq)
            {
                var extent = Decode(name, () => extentOf(group));
                _ = await LoadAsync(name, loaded, source, start + extent.Offset, extent.Bytes, cancellation);
                yield return group;
                loaded.Unload();
            }
            start += bytes;
        }
    }

    private static async Task<LoadedRanges> LoadFooterAsync(string shown, Stream file, CancellationToken cancellation)
    {
        var ranges = new LoadedRanges(file.Length);
        var tail = Math.Min(file.Length, TailBytes);
        if (tail < MagicBytes + TrailerBytes)
            throw Unreadable(shown, $"it has {file.Length} bytes");
        var end = await LoadAsync(shown, ranges, file, file.Length - tail, tail, cancellation);
        var footer = BinaryPrimitives.ReadInt32LittleEndian(end.AsSpan(^TrailerBytes..)) + (long)TrailerBytes;
        if (footer < TrailerBytes || footer > file.Length)
            throw Unreadable(shown, $"its footer would have {footer:N0} bytes, the file has {file.Length:N0}");
        if (footer > tail)
            _ = await LoadAsync(shown, ranges, file, file.Length - footer, footer, cancellation);
        return ranges;
    }

    private static async Task<byte[]> LoadAsync(
        string shown,
        LoadedRanges ranges,
        Stream file,
        long start,
        long bytes,
        CancellationToken cancellation
    )
    {
        if (start + bytes > ranges.Length)
            throw Unreadable(shown, $"it ends at byte {ranges.Length:N0}, its rows at {start + bytes:N0}");
        try
        {
            return await ranges.LoadAsync(file, start, bytes, cancellation);
        }
        catch (IOException e)
        {
            throw new StoreException($"{shown} failed: {e.Message} Check the disk, or the store's own log.", e);
        }
    }

    private static T Decode<T>(string shown, Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (Exception e) when (e is ParquetException or InvalidDataException or InvalidCastException)
        {
            throw Unreadable(shown, e.Message, e);
        }
    }

    private static StoreException Unreadable(string shown, string why, Exception? inner = null) =>
        new($"{shown} cannot be read as Parquet: {why.TrimEnd('.')}. Run 'quarry verify' on the run.", inner!);
}
