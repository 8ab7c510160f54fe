using Quarry.Lode;
using Quarry.Lode.Stores;

namespace Quarry.LodeWriter.Hosting;

/// <summary>Asks whether there is room for the journal, and whether the object store answers.</summary>
internal sealed class StorageProbe(LodeHost lode, LodeOptions options)
{
    /// <summary>What is wrong and what follows from it; null when nothing is.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellation)
    {
        try
        {
            await using var datasets = lode
                .Store.Objects.ListChildrenAsync("datasets/", cancellation)
                .GetAsyncEnumerator(cancellation);
            _ = await datasets.MoveNextAsync();
        }
        catch (StoreException e)
        {
            return $"The storage cannot be read: what is acknowledged stays in the journal (docs/operations/disk-full.md). {e.Message}";
        }
        return FreeSpace.Problem(options.LocalFolder, FreeSpace.Of(options.LocalFolder));
    }
}
