namespace Quarry.Contracts.Policies;

/// <summary>Ranges and defaults of policy options (CONTRACT_POLICY, options).</summary>
public static class PolicyOptionsValidation
{
    /// <summary>Defaults filled in for what the policy uses and the caller left out.</summary>
    public static PolicyOptions WithDefaults(this PolicyOptions given) =>
        given.Name switch
        {
            PolicyName.Buffered => given with
            {
                MaxEvents = given.MaxEvents ?? 10_000,
                MaxBytes = given.MaxBytes ?? 64L * 1024 * 1024,
                MaxBlockMs = given.MaxBlockMs ?? 30_000,
            },
            PolicyName.Streaming => given with
            {
                MaxEvents = given.MaxEvents ?? 10_000,
                MaxBytes = given.MaxBytes ?? 64L * 1024 * 1024,
            },
            _ => given,
        };

    /// <summary>What is wrong, one entry per option (name, message); empty when the options may be used.</summary>
    public static IReadOnlyList<FieldError> Validate(this PolicyOptions options) =>
        [.. Ranges(options), .. Uses(options)];

    private static IEnumerable<FieldError> Ranges(PolicyOptions o)
    {
        if (o.MaxEvents is < 1 or > 10_000_000)
            yield return Range("max_events", "1 to 10,000,000 events");
        if (o.MaxBytes is < 65_536 or > 4_294_967_296)
            yield return Range("max_bytes", "65,536 to 4,294,967,296 bytes");
        if (o.MaxBlockMs is < 0 or > 3_600_000)
            yield return Range("max_block_ms", "0 to 3,600,000 ms");
        if (o.FlushCount is < 1 or > 1_000_000)
            yield return Range("flush_count", "1 to 1,000,000 events");
        if (o.FlushIntervalMs is < 1 or > 3_600_000)
            yield return Range("flush_interval_ms", "1 to 3,600,000 ms");
    }

    private static IEnumerable<FieldError> Uses(PolicyOptions o)
    {
        var buffers = o.Name != PolicyName.Strict;
        if (!buffers && o.MaxEvents is not null)
            yield return Unused(o, "max_events");
        if (!buffers && o.MaxBytes is not null)
            yield return Unused(o, "max_bytes");
        if (o.Name != PolicyName.Buffered && o.MaxBlockMs is not null)
            yield return Unused(o, "max_block_ms");
        if (o.Name != PolicyName.Streaming && o.FlushCount is not null)
            yield return Unused(o, "flush_count");
        if (o.Name != PolicyName.Streaming && o.FlushIntervalMs is not null)
            yield return Unused(o, "flush_interval_ms");
        if (o is { Name: PolicyName.Streaming, FlushCount: null, FlushIntervalMs: null })
            yield return new(
                "flush_count",
                "streaming needs a flush trigger: set flush_count, flush_interval_ms or both"
            );
    }

    private static FieldError Range(string field, string range) => new(field, $"must be {range}");

    private static FieldError Unused(PolicyOptions o, string field) =>
        new(
            field,
            $"is not an option of {o.Name.ToString().ToLowerInvariant()}; leave it out or choose another policy"
        );
}
