using Microsoft.Extensions.Time.Testing;
using Quarry.Cli.Output;

namespace Quarry.Tests.Unit.Cli;

/// <summary>What a command shows of how far it is.</summary>
public class ProgressBarTests
{
    [Fact]
    public void A_terminal_sees_one_line_that_goes_when_the_command_has_its_answer()
    {
        var (to, clock) = (new StringWriter(), new FakeTimeProvider());
        using (var bar = new ProgressBar(to, isLive: true, "runs", 200, clock))
        {
            bar.Report(50, "3 objects");
            bar.Report(51);
            clock.Advance(TimeSpan.FromMilliseconds(100));
            bar.Report(52);
            bar.Report(200);
        }
        var shown = to.ToString().Split('\r').Select(line => line.TrimEnd());
        Assert.Equal(
            [
                "",
                "[######..................]  25 %  50 of 200 runs, 3 objects",
                "[######..................]  26 %  52 of 200 runs",
                "[########################] 100 %  200 of 200 runs",
                "",
                "",
            ],
            shown
        );
    }

    [Fact]
    public void Elsewhere_nothing_is_written_and_an_unknown_total_is_counted()
    {
        var to = new StringWriter();
        using (var bar = new ProgressBar(to, isLive: false, "runs", 2, TimeProvider.System))
            bar.Report(1);
        Assert.Empty(to.ToString());
        using var counting = new ProgressBar(to, isLive: true, "runs", null, TimeProvider.System);
        counting.Report(1_500);
        Assert.Equal("\r1,500 runs", to.ToString());
    }
}
