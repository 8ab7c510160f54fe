using System.IO.Hashing;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Lode.Keys;
using Quarry.Lode.Rows;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Commits;

/// <summary>
/// The chain of slots of one run. A batch starts at committed + 1; the put of its slot is the commit. Two writers
/// collide on the same name, so one wins: no pointer, no lock, no clock.
/// </summary>
internal sealed class CommitChain(IObjectStore store, RunKeys keys)
{
    /// <summary>Last seq that a slot covers.</summary>
    public long CommittedSeq { get; private set; }

    /// <summary>True when the closing slot is there.</summary>
    public bool IsClosed { get; private set; }

    /// <summary>Highest epoch seen in the chain.</summary>
    public long Epoch { get; private set; }

    /// <summary>Slots of the chain.</summary>
    public long Slots { get; private set; }

    /// <summary>Reads the chain from its start; what it holds is known afterwards.</summary>
    public async Task<IReadOnlyList<SlotRecord>> ReadAsync(CancellationToken cancellation)
    {
        var slots = new List<SlotRecord>();
        await foreach (var key in store.ListAsync(keys.CommitsFolder, cancellation))
        {
            var slot = await SlotFile.ReadAsync(store, key, cancellation);
            slots.Add(slot);
            Adopt(slot);
        }
        return slots;
    }

    /// <summary>
    /// Commits a slot with its rows. Doing it again with the same content is harmless; another writer's slot at the
    /// same place is adopted and reported as false.
    /// </summary>
    public async Task<bool> TryCommitAsync(SlotRecord slot, ReadOnlyMemory<byte> lines, CancellationToken cancellation)
    {
        if (slot.Count > 0)
        {
            var packed = WalRows.Pack(lines.Span);
            var key = keys.Wal(slot.First, slot.Epoch);
            var hash = Convert.ToHexStringLower(XxHash128.Hash(packed));
            slot = slot with { File = key, Size = packed.Length, Xxh128 = hash };
            if (!await store.PutIfAbsentAsync(key, packed, cancellation))
                slot = await SameWalAsync(slot, packed, cancellation);
        }
        // A closing slot covers no seq: it lies one past the last, where a batch of a late writer would collide.
        var slotKey = keys.Slot(slot.First);
        var json = JsonSerializer.SerializeToUtf8Bytes(slot, QuarryJson.Compact);
        if (await store.PutIfAbsentAsync(slotKey, json, cancellation))
        {
            Adopt(slot);
            return true;
        }
        var there = await SlotFile.ReadAsync(store, slotKey, cancellation);
        Adopt(there);
        return there.Writer == slot.Writer
            && there.Epoch == slot.Epoch
            && there.Last == slot.Last
            && there.Kind == slot.Kind;
    }

    /// <summary>
    /// A wal object of this name is there, from a try that died before its slot was decided. Nobody else writes under
    /// this epoch, so when its rows are not these rows it is replaced.
    /// </summary>
    private async Task<SlotRecord> SameWalAsync(SlotRecord slot, byte[] packed, CancellationToken cancellation)
    {
        var there = await store.GetAsync(slot.File!, cancellation) ?? packed;
        if (WalRows.Count(there) == slot.Count)
            return slot with { Size = there.Length, Xxh128 = Convert.ToHexStringLower(XxHash128.Hash(there)) };
        if (await store.GetAsync(keys.Slot(slot.First), cancellation) is not null)
            return slot;
        await store.DeleteAsync(slot.File!, cancellation);
        _ = await store.PutIfAbsentAsync(slot.File!, packed, cancellation);
        return slot;
    }

    private void Adopt(SlotRecord slot)
    {
        CommittedSeq = Math.Max(CommittedSeq, slot.Last);
        IsClosed |= slot.IsClosed;
        Epoch = Math.Max(Epoch, slot.Epoch);
        Slots++;
    }
}
