using System.Security.Cryptography;
using Quarry.Contracts.Lode;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Appends;

/// <summary>A staged artifact: all its bytes are on the local disk.</summary>
internal sealed record StagedArtifact(string Path, long Size, string Sha256);

/// <summary>
/// Bytes of artifacts between their chunks and their commit event, on the local disk of the writer: hashed while they
/// stream, synced with the last chunk. They become visible only when a slot commits their event.
/// </summary>
internal sealed class ArtifactStaging(string folder) : IDisposable
{
    private const string DoneSuffix = ".done";
    private readonly Dictionary<string, Open> open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StagedArtifact> done = new(StringComparer.Ordinal);

    /// <summary>Appends a chunk.</summary>
    public async Task<BlobResult> AppendAsync(ArtifactChunk chunk, CancellationToken cancellation)
    {
        try
        {
            return await TryAppendAsync(chunk, cancellation);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(false, StoreException.From(e, folder, chunk.ArtifactId).Message, IsFatal: true);
        }
    }

    /// <summary>The whole bytes of an artifact; null when they did not come, or not all of them.</summary>
    public StagedArtifact? Find(string artifactId)
    {
        if (done.TryGetValue(artifactId, out var known)) return known;
        var path = PathOf(artifactId) + DoneSuffix;
        if (!File.Exists(path)) return null;
        using var file = File.OpenRead(path);
        return done[artifactId] = new(path, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>Forgets an artifact that a slot has committed.</summary>
    public void Remove(string artifactId)
    {
        _ = done.Remove(artifactId);
        File.Delete(PathOf(artifactId) + DoneSuffix);
    }

    /// <summary>Forgets all of the run; what was never committed is gone.</summary>
    public void RemoveAll()
    {
        Dispose();
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
    }

    /// <summary>Closes what is open; what was not complete stays as it is.</summary>
    public void Dispose()
    {
        foreach (var artifact in open.Values)
            artifact.File.Dispose();
        open.Clear();
    }

    private async Task<BlobResult> TryAppendAsync(ArtifactChunk chunk, CancellationToken cancellation)
    {
        if (!open.TryGetValue(chunk.ArtifactId, out var artifact))
        {
            if (chunk.Seq != 1) return new(false, $"chunk {chunk.Seq} came first; chunks are sent in order from 1");
            artifact = Begin(chunk.ArtifactId);
        }
        if (chunk.Seq != artifact.NextSeq) return new(false, $"chunk {chunk.Seq} came, {artifact.NextSeq} was expected");
        await artifact.File.WriteAsync(chunk.Data, cancellation);
        artifact.Hash.AppendData(chunk.Data.Span);
        artifact.NextSeq++;
        if (chunk.IsLast) Finish(chunk.ArtifactId, artifact);
        return new(true);
    }

    private Open Begin(string artifactId)
    {
        Directory.CreateDirectory(folder);
        var file = new FileStream(PathOf(artifactId), FileMode.Create, FileAccess.Write, FileShare.None);
        return open[artifactId] = new(file);
    }

    private void Finish(string artifactId, Open artifact)
    {
        artifact.File.Flush(flushToDisk: true);
        var size = artifact.File.Length;
        artifact.File.Dispose();
        _ = open.Remove(artifactId);
        var path = PathOf(artifactId);
        if (!Posix.TryLink(path, path + DoneSuffix)) throw new IOException($"artifact '{artifactId}' came twice");
        File.Delete(path);
        Posix.SyncDirectory(folder);
        done[artifactId] = new(path + DoneSuffix, size, Convert.ToHexStringLower(artifact.Hash.GetHashAndReset()));
    }

    private string PathOf(string artifactId) => Path.Combine(folder, BlobNames.Safe(artifactId));

    private sealed class Open(FileStream file)
    {
        public FileStream File { get; } = file;

        public IncrementalHash Hash { get; } = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public long NextSeq { get; set; } = 1;
    }
}
