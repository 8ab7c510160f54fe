namespace Quarry.Streams.ChildLedgers;

/// <summary>
/// Ledgers inside one process: 16 bytes a child and what a hash set adds. Trees without news are forgotten.
/// </summary>
public sealed class MemoryChildLedger(TimeProvider clock) : IChildLedger
{
    /// <summary>How long a tree is remembered after its last request.</summary>
    public static readonly TimeSpan KeptFor = TimeSpan.FromDays(7);

    private readonly Lock gate = new();
    private readonly Dictionary<string, Tree> trees = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public Task<ChildEntry> EnterAsync(string rootRunId, byte[] hash, int childrenMax, CancellationToken cancellation)
    {
        lock (gate)
            return Task.FromResult(
                Enter(
                    rootRunId,
                    new UInt128(BitConverter.ToUInt64(hash, 0), BitConverter.ToUInt64(hash, 8)),
                    childrenMax
                )
            );
    }

    private ChildEntry Enter(string rootRunId, UInt128 hash, int childrenMax)
    {
        if (!trees.TryGetValue(rootRunId, out var tree))
        {
            foreach (
                var old in trees.Where(t => clock.GetElapsedTime(t.Value.UsedAt) > KeptFor).Select(t => t.Key).ToList()
            )
                _ = trees.Remove(old);
            trees[rootRunId] = tree = new();
        }
        tree.UsedAt = clock.GetTimestamp();
        if (tree.Children.Contains(hash))
            return ChildEntry.Duplicate;
        if (tree.Children.Count >= childrenMax)
            return ChildEntry.OverBudget;
        _ = tree.Children.Add(hash);
        return ChildEntry.New;
    }

    private sealed class Tree
    {
        public HashSet<UInt128> Children { get; } = [];

        public long UsedAt { get; set; }
    }
}
