using System.Text.Json;
using Quarry.Contracts;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Commits;

/// <summary>Reads slots as they lie in the store.</summary>
internal static class SlotFile
{
    /// <summary>Reads one slot.</summary>
    /// <exception cref="StoreException">It is missing, not JSON, or of a newer format.</exception>
    public static async Task<SlotRecord> ReadAsync(IObjectStore store, string key, CancellationToken cancellation)
    {
        var json =
            await store.GetAsync(key, cancellation)
            ?? throw new StoreException($"{store.Name}: slot '{key}' is missing. Run 'quarry verify' on the run.");
        try
        {
            var slot = JsonSerializer.Deserialize<SlotRecord>(json, QuarryJson.Compact);
            return slot is { V: SlotRecord.FormatVersion }
                ? slot
                : throw new StoreException(
                    $"{store.Name}: slot '{key}' has format {slot?.V}, this version reads {SlotRecord.FormatVersion}."
                );
        }
        catch (JsonException e)
        {
            throw new StoreException(
                $"{store.Name}: slot '{key}' cannot be read: {e.Message} Run 'quarry verify' on the run.",
                e
            );
        }
    }
}
