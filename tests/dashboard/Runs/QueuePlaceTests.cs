using Quarry.Dashboard.Runs;

namespace Quarry.Tests.Dashboard.Runs;

/// <summary>Why a run waits, in words.</summary>
public sealed class QueuePlaceTests
{
    [Theory]
    [InlineData("no_free_place", 2, "Place 2 in the queue. Every place of every runner is taken")]
    [InlineData("paused", 1_000, "Place 1,000 in the queue. Its source, or the whole queue, is paused")]
    [InlineData("in_hand", 0, "A runner has it")]
    [InlineData("source_concurrency", 1, "Place 1 in the queue. As many runs of its source")]
    [InlineData("not_known_yet", 1, "Place 1 in the queue. The runner says: not known yet.")]
    public void A_place_says_where_and_why(string reason, long position, string text) =>
        Assert.StartsWith(text, new QueuePlace(reason, position).ToText());

    [Fact]
    public void A_retry_says_until_when() =>
        Assert.Contains(
            "2026-01-31 08:00:05 UTC",
            new QueuePlace("not_before", 1, new(2026, 1, 31, 8, 0, 5, TimeSpan.Zero)).ToText()
        );
}
