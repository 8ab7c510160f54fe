using System.Security.Cryptography;
using Quarry.Contracts.Lode;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Appends;

/// <summary>A staged artifact: all its bytes are on the local disk.</summary>
internal sealed record StagedArtifact(string Path, long Size, string Sha256);

/// <summary>
/// Bytes of artifacts between their chunks and their commit event, on the local disk of the writer. They become visible
/// only when a slot commits their event. A chunk may come twice: the answer to the first one may have been lost.
/// </summary>
internal sealed class ArtifactStaging(string folder, Func<string, Task<bool>> isCommittedAsync) : IDisposable
{
    // '!' is in no escaped name, so no artifact's name is another's with a suffix.
    private const string DoneSuffix = "!done";
    private readonly Dictionary<string, StagedPart> open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StagedArtifact> done = new(StringComparer.Ordinal);

    /// <summary>Appends a chunk, durable when taken.</summary>
    public async Task<BlobResult> AppendAsync(ArtifactChunk chunk)
    {
        try
        {
            return await TryAppendAsync(chunk) is { } refusal ? new(false, refusal) : new(true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(false, StoreException.From(e, folder, chunk.ArtifactId).Message, IsFatal: true);
        }
    }

    /// <summary>The whole bytes of an artifact; null when they did not come, or not all of them.</summary>
    public StagedArtifact? Find(string artifactId)
    {
        if (done.TryGetValue(artifactId, out var known))
            return known;
        var path = PathOf(artifactId) + DoneSuffix;
        if (!File.Exists(path))
            return null;
        using var file = File.OpenRead(path);
        return done[artifactId] = new(path, file.Length, Convert.ToHexStringLower(SHA256.HashData(file)));
    }

    /// <summary>Forgets an artifact that a slot has committed.</summary>
    public void Remove(string artifactId)
    {
        _ = done.Remove(artifactId);
        // After a crash the folder may be gone while the journal still has the event: then nothing is left to remove.
        if (Directory.Exists(folder))
            File.Delete(PathOf(artifactId) + DoneSuffix);
    }

    /// <summary>Forgets all of the run; what was never committed is gone.</summary>
    public void RemoveAll()
    {
        Dispose();
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    /// <summary>Closes what is open; what was not complete stays as it is.</summary>
    public void Dispose()
    {
        foreach (var part in open.Values)
            part.Dispose();
        open.Clear();
    }

    private async Task<string?> TryAppendAsync(ArtifactChunk chunk)
    {
        if (Find(chunk.ArtifactId) is { } whole)
            return IsAgain(whole, chunk) ? null : Complete(chunk);
        if (!open.TryGetValue(chunk.ArtifactId, out var part))
        {
            if (await isCommittedAsync(chunk.ArtifactId))
                return Complete(chunk);
            _ = Directory.CreateDirectory(folder);
            open[chunk.ArtifactId] = part = await StagedPart.OpenAsync(PathOf(chunk.ArtifactId));
        }
        var isAgain = chunk.Seq == part.NextSeq - 1 && part.EndsWith(chunk.Data.Span);
        if (!isAgain && chunk.Seq != part.NextSeq)
            return $"chunk {chunk.Seq} came, {part.NextSeq} was expected";
        if (!isAgain)
            await part.AddAsync(chunk.Data);
        if (chunk.IsLast)
            Finish(chunk.ArtifactId, part);
        return null;
    }

    private static string Complete(ArtifactChunk chunk) =>
        $"artifact '{chunk.ArtifactId}' is complete already; every artifact of a run has its own id";

    private static bool IsAgain(StagedArtifact whole, ArtifactChunk chunk)
    {
        using var file = File.OpenRead(whole.Path);
        return chunk.IsLast && StagedPart.EndsWith(file, chunk.Data.Span);
    }

    private void Finish(string artifactId, StagedPart part)
    {
        var path = PathOf(artifactId);
        done[artifactId] = new(path + DoneSuffix, part.Length, part.Sha256());
        part.Dispose();
        _ = open.Remove(artifactId);
        if (!Posix.TryLink(path, path + DoneSuffix))
            throw new IOException($"'{path}{DoneSuffix}' is there already");
        File.Delete(path);
        File.Delete(StagedPart.PositionPath(path));
        Posix.SyncDirectory(folder);
    }

    private string PathOf(string artifactId) => Path.Combine(folder, BlobNames.Safe(artifactId));
}
