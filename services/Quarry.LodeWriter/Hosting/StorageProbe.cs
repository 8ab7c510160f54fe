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
            return FreeSpace.Problem(options.LocalFolder, FreeSpace.Of(options.LocalFolder));
        }
        catch (Exception e) when (e is StoreException or IOException or UnauthorizedAccessException)
        {
            return $"The storage cannot be read, runs may be ended as policy_failure (docs/operations/disk-full.md). {e.Message}";
        }
    }
}
