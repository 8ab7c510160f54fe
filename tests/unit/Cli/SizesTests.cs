using Quarry.Cli.Configuration;
using Quarry.Cli.Launch;

namespace Quarry.Tests.Unit.Cli;

public class SizesTests
{
    [Theory]
    [InlineData("1MiB", 1L)]
    [InlineData("512MiB", 512L)]
    [InlineData("4GiB", 4096L)]
    [InlineData("0MiB", null)]
    [InlineData("-1MiB", null)]
    [InlineData("1.5GiB", null)]
    [InlineData("512", null)]
    [InlineData("512MB", null)]
    [InlineData("GiB", null)]
    [InlineData("99999999999999999999GiB", null)]
    public void A_size_is_a_whole_number_and_a_unit(string text, long? mib) =>
        Assert.Equal(mib, Sizes.TryParseMib(text));

    [Theory]
    [InlineData("sorce", "source")]
    [InlineData("max_events", "max-events")]
    [InlineData("retry", "retries")]
    [InlineData("x", null)]
    [InlineData("something-else", null)]
    public void A_name_that_is_misspelled_is_found_when_it_is_near(string name, string? nearest) =>
        Assert.Equal(nearest, NearestName.Of(name, ["source", "max-events", "retries", "policy"]));
}
