using Quarry.Contracts.Runs;

namespace Quarry.Runtime.FanOut;

/// <summary>What can be said of a request before the tree is asked (CONTRACT_RUN rule 24).</summary>
/// <param name="Child">The run it would be; null when there is none.</param>
/// <param name="Hash">What makes it the same child; empty when there is none.</param>
/// <param name="Decision">Why there is none; null when there is one.</param>
/// <param name="Reason">Why it cannot be run; null when it can, or lies too deep.</param>
public sealed record ChildPlan(
    RunRecord? Child,
    ReadOnlyMemory<byte> Hash,
    FanOutDecision? Decision = null,
    string? Reason = null
)
{
    /// <summary>Finds the whole path of a target; null with the reason when it cannot be run.</summary>
    public delegate string? Resolve(string target, string askedBy, out string? reason);

    /// <summary>Checks a request and makes the child of it.</summary>
    public static ChildPlan Of(RunRecord parent, ChildRequest request, Resolve resolve, TimeProvider clock)
    {
        if (ChildRuns.IsTooDeep(parent))
            return new(null, default, FanOutDecision.TooDeep);
        if (request.Target.Length == 0)
            return Refused("it has no target or no params");
        if (ChildRuns.Refuse(request) is { } unfit)
            return Refused(unfit);
        if (resolve(request.Target, parent.Script.Path, out var reason) is not { } path)
            return Refused($"its target '{request.Target}' {reason}");
        var hash = ChildIdentity.HashOf(parent, request);
        return new(ChildRuns.Create(parent, request, ChildIdentity.RunIdOf(parent, hash), path, clock), hash);
    }

    private static ChildPlan Refused(string reason) => new(null, default, FanOutDecision.Refused, reason);
}
