using Microsoft.Extensions.Configuration;
using Quarry.Streams.PolicyQueues;

namespace Quarry.Tests.Unit.Streams;

/// <summary>Bounds of the policy queue as settings (CONTRACT_POLICY rule 24).</summary>
public sealed class PolicyQueueLimitsTests
{
    [Fact]
    public void Without_settings_the_defaults_are_in_force()
    {
        var limits = PolicyQueueLimits.Read(new ConfigurationBuilder().Build());
        Assert.Equal(new(), limits);
        Assert.Equal(16, limits.Shards);
    }

    [Theory]
    [InlineData("Shards", 1, 256)]
    [InlineData("EventsMax", 1, 1_000_000_000)]
    [InlineData("BytesMax", 1, 1L << 40)]
    [InlineData("MemoryPercentMax", 1, 95)]
    [InlineData("LeaseMs", 100, 600_000)]
    [InlineData("DeadLettersMax", 1, 100_000)]
    [InlineData("ReadEntriesMax", 1, 1_000)]
    public void A_bound_at_its_limit_is_taken_and_one_past_it_is_refused_by_name(string name, long min, long max)
    {
        foreach (var taken in new[] { min, max })
            Assert.NotNull(Read(name, taken));
        foreach (var refused in new[] { min - 1, max + 1 })
        {
            var error = Assert.Throws<FormatException>(() => Read(name, refused));
            Assert.Contains($"PolicyQueue__{name} is {refused}", error.Message);
        }
    }

    private static PolicyQueueLimits Read(string name, long value) =>
        PolicyQueueLimits.Read(
            new ConfigurationBuilder().AddInMemoryCollection([new($"PolicyQueue:{name}", $"{value}")]).Build()
        );
}
