namespace Quarry.Streams.ChildLedgers;

/// <summary>
/// Which children a tree of runs has, exactly: the first request for a child counts, within the tree's budget.
/// </summary>
public interface IChildLedger
{
    /// <summary>Enters a child, by its hash.</summary>
    Task<ChildEntry> EnterAsync(string rootRunId, byte[] hash, int childrenMax, CancellationToken cancellation);
}

/// <summary>What became of an entry.</summary>
public enum ChildEntry
{
    /// <summary>The tree has a new child.</summary>
    New,

    /// <summary>The tree has this child already.</summary>
    Duplicate,

    /// <summary>The tree has as many children as it may.</summary>
    OverBudget,
}
