using Quarry.Contracts.Policies;

namespace Quarry.Policies;

/// <summary>From options to the machine.</summary>
public static class PolicyFactory
{
    /// <summary>The policy that validated options, with defaults filled in, ask for.</summary>
    public static IIngestionPolicy Create(PolicyOptions options) =>
        options.Name switch
        {
            PolicyName.Strict => new StrictPolicy(),
            PolicyName.Buffered => new BufferedPolicy(options.WithDefaults()),
            PolicyName.Streaming => new StreamingPolicy(options.WithDefaults()),
            _ => throw new ArgumentOutOfRangeException(nameof(options), options.Name, "not a policy"),
        };
}
