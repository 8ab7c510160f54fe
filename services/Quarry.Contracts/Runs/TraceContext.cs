using System.Diagnostics;

namespace Quarry.Contracts.Runs;

/// <summary>The trace of a run as its record carries it from process to process (CONTRACT_RUN rule 34).</summary>
public static class TraceContext
{
    /// <summary>Reads a <c>traceparent</c> of W3C Trace Context; of a run that is not traced there is nothing to read.</summary>
    public static ActivityContext Of(string? traceparent) =>
        ActivityContext.TryParse(traceparent, null, isRemote: true, out var context) ? context : default;

    /// <summary>A link that says what the other trace is to this one; none when there is no other trace.</summary>
    public static IEnumerable<ActivityLink> LinkTo(ActivityContext other, string relation) =>
        other == default ? [] : [new(other, new() { ["quarry.link"] = relation })];
}
