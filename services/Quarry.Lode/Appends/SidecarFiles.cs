using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Lode;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Appends;

/// <summary>
/// Sidecar files of a run: the bytes below the partition, and beside the log one record each that says what they are.
/// The record is put last, so a file that is listed is whole.
/// </summary>
internal sealed class SidecarFiles(IObjectStore store, RunKeys keys)
{
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <summary>
    /// Stores a file; null when it is durable, else why its name or bytes are refused. A name is taken once in a run
    /// (CONTRACT_LODE rule 23); the same bytes that come again to a new writer are a file whose answer was lost.
    /// </summary>
    public async Task<string?> PutAsync(FileWrite file, CancellationToken cancellation)
    {
        if (BlobNames.Refuse(file.Filename) is { } reason)
            return reason;
        if (file.Data.Length > Limits.ChunkDataBytesMax)
            return $"'{file.Filename}' has {file.Data.Length:N0} bytes, limit {Limits.ChunkDataBytesMax:N0}";
        var key = keys.File(file.Filename);
        var isTaken = taken.Contains(file.Filename);
        if (!isTaken && !await store.PutIfAbsentAsync(key, file.Data, cancellation))
            isTaken = await store.GetAsync(key, cancellation) is not { } there || !file.Data.Span.SequenceEqual(there);
        if (isTaken)
            return $"'{file.Filename}' was stored before; files are never replaced, choose another name";
        var sha256 = Convert.ToHexStringLower(SHA256.HashData(file.Data.Span));
        var record = new SidecarFile(file.Filename, file.ContentType, file.Data.Length, sha256, key);
        _ = await store.PutIfAbsentAsync(
            keys.FileRecord(file.Filename),
            JsonSerializer.SerializeToUtf8Bytes(record, QuarryJson.Compact),
            cancellation
        );
        _ = taken.Add(file.Filename);
        return null;
    }

    /// <summary>All files of the run, by name.</summary>
    public async IAsyncEnumerable<SidecarFile> ListAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var key in store.ListAsync(keys.FileRecordsFolder, cancellation))
        {
            var json = await store.GetAsync(key, cancellation);
            if (json is not null && JsonSerializer.Deserialize<SidecarFile>(json, QuarryJson.Compact) is { } file)
                yield return file;
        }
    }
}
