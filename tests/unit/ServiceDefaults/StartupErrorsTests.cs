using Microsoft.Extensions.Configuration;
using Quarry.ServiceDefaults;

namespace Quarry.Tests.Unit.ServiceDefaults;

/// <summary>What a service says when an error ends it: whoever started it shows its last lines.</summary>
public class StartupErrorsTests
{
    [Fact]
    public void A_setting_that_cannot_be_read_is_said_in_one_line()
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Runner:Concurrency", "many")])
            .Build();
        var error = Assert.ThrowsAny<Exception>(() => configuration.GetSection("Runner").Get<Settings>());

        var said = StartupErrors.Describe(error);

        Assert.Single(said.Split('\n'));
        Assert.Contains("'many' at 'Runner:Concurrency'", said, StringComparison.Ordinal);
        Assert.Contains("docs/operations/configuration.md", said, StringComparison.Ordinal);
    }

    [Fact]
    public void The_reason_of_another_error_is_its_last_line_with_every_cause()
    {
        var error = Assert.Throws<InvalidDataException>(Fail);

        var lines = StartupErrors.Describe(error).Split('\n');

        Assert.Contains(lines, l => l.StartsWith("   at ", StringComparison.Ordinal));
        Assert.Equal("the storage cannot be opened <- the disk says no", lines[^1]);
    }

    private static void Fail() =>
        throw new InvalidDataException("the storage cannot be opened", new IOException("the disk\nsays no"));

    private sealed record Settings
    {
        public int Concurrency { get; init; }
    }
}
