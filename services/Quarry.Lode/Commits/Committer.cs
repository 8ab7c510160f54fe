using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Lode.Appends;
using Quarry.Lode.Keys;
using Quarry.Lode.Rows;
using Quarry.Lode.Stores;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Lode.Commits;

/// <summary>Turns what is journaled of one run into a slot: rows, artifacts and drops.</summary>
internal sealed class Committer(
    IObjectStore store,
    RunKeys keys,
    RunRecord run,
    ArtifactStaging staging,
    string writerName,
    TimeProvider clock
)
{
    /// <summary>Commits rows that follow the chain; false when they do not or another's slot is there.</summary>
    public async Task<bool> CommitAsync(CommitChain chain, long epoch, PendingRows rows)
    {
        if (rows.FirstSeq != chain.CommittedSeq + 1)
            return false;
        using var json = new RowJson(QuarryNames.Of(run.Policy.Name), clock);
        if (!json.TryAdd(rows.Frames.Span))
            throw new StoreException($"Journaled rows of run {run.RunId} cannot be read back.");
        var artifacts = await PutArtifactsAsync(rows.Frames);
        var slot = New(SlotRecord.BatchKind, chain.CommittedSeq + 1, epoch) with
        {
            Last = rows.LastSeq,
            Count = json.Count,
            ByType = json.ByType,
            MinTs = json.MinTs,
            MaxTs = json.MaxTs,
            Drops = rows.Drops,
            Artifacts = artifacts,
        };
        var isMine = await chain.TryCommitAsync(slot, json.Lines, CancellationToken.None);
        foreach (var artifact in isMine ? artifacts : [])
            staging.Remove(artifact.Id);
        return isMine;
    }

    /// <summary>Writes the closing slot; it carries the final record, samples and the number of sidecar files.</summary>
    public async Task<bool> CloseAsync(
        CommitChain chain,
        long epoch,
        RunRecord final,
        IReadOnlyList<RunSample> samples,
        CancellationToken cancellation
    )
    {
        var slot = New(SlotRecord.ClosedKind, chain.CommittedSeq + 1, epoch) with
        {
            Files = await store.ListAsync(keys.FileRecordsFolder, cancellation).LongCountAsync(cancellation),
            Final = final,
            Samples = samples,
        };
        return await chain.TryCommitAsync(slot, default, cancellation);
    }

    private SlotRecord New(string kind, long first, long epoch) =>
        new()
        {
            RunId = run.RunId,
            Kind = kind,
            First = first,
            Last = first - 1,
            Count = 0,
            Epoch = epoch,
            Writer = writerName,
            CreatedAt = clock.GetUtcNow(),
        };

    private async Task<IReadOnlyList<SlotBlob>> PutArtifactsAsync(ReadOnlyMemory<byte> frames)
    {
        var blobs = new List<SlotBlob>();
        foreach (var (id, name, contentType, seq) in ArtifactsOf(frames.Span))
        {
            var key = keys.Artifact(id, name);
            if (staging.Find(id) is not { } staged)
                continue;
            _ = await store.PutFileIfAbsentAsync(key, staged.Path, CancellationToken.None);
            blobs.Add(new(id, name, contentType, staged.Size, staged.Sha256, key, seq));
        }
        return blobs;
    }

    private static List<(string Id, string Name, string ContentType, long Seq)> ArtifactsOf(ReadOnlySpan<byte> frames)
    {
        var found = new List<(string, string, string, long)>();
        var events = new EventFrames(frames);
        while (events.MoveNext())
        {
            var header = events.Current;
            if (header.EventType != EventType.Artifact)
                continue;
            var id = MsgPackMap.FindText(header.Payload, "artifact_id"u8)!;
            var name = MsgPackMap.FindText(header.Payload, "name"u8) ?? id;
            var type = MsgPackMap.FindText(header.Payload, "content_type"u8) ?? "application/octet-stream";
            found.Add((id, name, type, header.Seq));
        }
        return found;
    }
}
