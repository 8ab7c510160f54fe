using Quarry.Contracts.Runs;

namespace Quarry.Runtime.FanOut;

/// <summary>What became of an enqueue event.</summary>
public enum FanOutDecision
{
    /// <summary>A child run was started.</summary>
    Accepted,

    /// <summary>The tree has that child already.</summary>
    Duplicate,

    /// <summary>The child would lie below the depth.</summary>
    TooDeep,

    /// <summary>The tree's budget is used up.</summary>
    OverBudget,

    /// <summary>It cannot be run.</summary>
    Refused,
}

/// <summary>Decides enqueue events, and starts the child runs that may be started.</summary>
public interface IChildStarter
{
    /// <summary>Decides one request of a run; the child is started, or will be, when it is accepted.</summary>
    Task<FanOutDecision> DecideAsync(RunRecord parent, ChildRequest request);
}
