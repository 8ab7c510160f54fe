using System.Text;

namespace Quarry.Lode.Stores;

/// <summary>Asks a store at start whether put-if-absent means what it says; commits depend on it.</summary>
internal static class StoreProbe
{
    /// <summary>Puts the same key twice.</summary>
    /// <exception cref="StoreException">The store cannot be written, or lets the second put through.</exception>
    public static async Task CheckAsync(IObjectStore store, CancellationToken cancellation)
    {
        var key = $"probe/{Guid.NewGuid():n}";
        var isFirst = await store.PutIfAbsentAsync(key, Encoding.UTF8.GetBytes("first"), cancellation);
        var isSecond = await store.PutIfAbsentAsync(key, Encoding.UTF8.GetBytes("second"), cancellation);
        await store.DeleteAsync(key, cancellation);
        if (isFirst && !isSecond)
            return;
        throw new StoreException(
            $"{store.Name} lets two writers create the same object, so commits on it would be lost. "
                + "Use a store with conditional writes (If-None-Match), or a local folder."
        )
        {
            Error = StoreError.Unsafe,
        };
    }
}
