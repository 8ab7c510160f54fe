using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;

namespace Quarry.Tests.Unit.Contracts;

public sealed class LaunchRequestTests
{
    [Fact]
    public void A_launch_needs_a_source_and_gets_the_default_category_and_dataset()
    {
        var error = Assert.Single(new LaunchRequest { Script = "s.ts" }.Validate());
        Assert.Equal("source", error.Field);
        var request = new LaunchRequest { Script = "s.ts", Source = "shop" };
        Assert.Empty(request.Validate());
        var run = request.ToRunRecord(TimeProvider.System);
        Assert.Equal(("shop", "default", "quarry"), (run.Source, run.Category, run.Dataset));
    }

    [Fact]
    public void A_field_that_is_not_known_is_refused_by_name()
    {
        var error = Assert.Throws<JsonException>(() =>
            JsonSerializer.Deserialize<LaunchRequest>("""{"script":"s.ts","sandbox":{"level":1}}""", QuarryJson.Compact)
        );
        Assert.Contains("'sandbox'", error.Message);
    }
}
