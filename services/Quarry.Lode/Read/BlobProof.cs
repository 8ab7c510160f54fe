using System.Security.Cryptography;
using Quarry.Lode.Appends;
using Quarry.Lode.Commits;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Read;

/// <summary>Compares artifacts and sidecar files with what their records say.</summary>
internal sealed class BlobProof(IObjectStore store, Checks checks)
{
    private const string Intact = "blobs_intact";

    /// <summary>Adds the checks: every artifact event has its bytes, and all bytes are what was promised.</summary>
    public async Task CheckAsync(
        RunKeys keys,
        IReadOnlyList<SlotRecord> slots,
        SeqProof seqs,
        CancellationToken cancellation
    )
    {
        var artifacts = slots.SelectMany(s => s.Artifacts).ToList();
        var events = seqs.ByType.GetValueOrDefault("artifact");
        checks.Add(
            "artifacts_committed",
            events == artifacts.Count,
            $"{events} artifact events, {artifacts.Count} with bytes"
        );
        foreach (var artifact in artifacts)
            await CompareAsync(artifact.Key, artifact.Size, artifact.Sha256, cancellation);
        var files = new HashSet<string>(StringComparer.Ordinal);
        await foreach (var file in new SidecarFiles(store, keys).ListAsync(cancellation))
        {
            _ = files.Add(file.Key);
            await CompareAsync(file.Key, file.SizeBytes, file.Sha256, cancellation);
        }
        if (slots.FirstOrDefault(s => s.IsClosed)?.Files is { } closed && closed > files.Count)
            await NameUnrecordedAsync(keys, files, closed - files.Count, cancellation);
        checks.HoldUnlessFailed(Intact, $"{artifacts.Count} artifacts, {files.Count} files");
    }

    /// <summary>Names the files whose records are gone: those of a put that was cut short may be among them.</summary>
    private async Task NameUnrecordedAsync(
        RunKeys keys,
        HashSet<string> recorded,
        long missing,
        CancellationToken cancellation
    )
    {
        checks.Fail(Intact, $"the record of {missing} sidecar file(s) is missing below '{keys.FileRecordsFolder}'");
        await foreach (var key in store.ListAsync(keys.FilesFolder, cancellation))
        {
            if (!recorded.Contains(key))
                checks.Fail(Intact, $"'{key}' is there, the record of what it is is missing");
        }
    }

    private async Task CompareAsync(string key, long size, string sha256, CancellationToken cancellation)
    {
        await using var stream = await store.OpenReadAsync(key, cancellation);
        if (stream is null)
            checks.Fail(Intact, $"'{key}' is missing ({size:N0} bytes)");
        else if (stream.Length != size)
            checks.Fail(Intact, $"'{key}' has {stream.Length:N0} bytes, {size:N0} were stored");
        else if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)) != sha256)
            checks.Fail(Intact, $"'{key}' does not match its SHA-256");
    }
}
