namespace Quarry.Lode.Appends;

/// <summary>A semaphore that is held until disposed.</summary>
internal readonly struct Held(SemaphoreSlim gate) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose() => gate.Release();
}

/// <summary>Holds semaphores by <c>using</c>.</summary>
internal static class Holding
{
    /// <summary>Waits for the semaphore and holds it.</summary>
    public static async ValueTask<Held> HoldAsync(this SemaphoreSlim gate)
    {
        await gate.WaitAsync();
        return new(gate);
    }
}
