using Quarry.AppHost.Local.Processes;

namespace Quarry.Tests.AppHost.Processes;

/// <summary>What resources write is kept, but never more than the bound.</summary>
public sealed class OutputTests
{
    [Fact]
    public async Task Lines_are_cut_at_line_ends_of_both_kinds()
    {
        Assert.Equal(["one", "two", "", "last"], await LinesAsync("one\ntwo\r\n\nlast"));
    }

    [Fact]
    public async Task A_line_at_the_limit_stays_whole_and_one_without_end_is_handed_on_in_pieces()
    {
        var atLimit = new string('x', OutputRing.LineCharactersMax);
        Assert.Equal([atLimit], await LinesAsync(atLimit + "\n"));

        var pieces = await LinesAsync(new string('x', 10 * OutputRing.LineCharactersMax));
        Assert.True(pieces.Count >= 5);
        Assert.Equal(10 * OutputRing.LineCharactersMax, pieces.Sum(p => p.Length));
    }

    [Fact]
    public void The_ring_keeps_the_last_lines()
    {
        var ring = new OutputRing(TimeProvider.System);
        for (var i = 1; i <= OutputRing.LinesMax + 1; i++)
            ring.Add($"line {i}", isError: false);

        Assert.Equal(OutputRing.LinesMax, ring.Lines.Count);
        Assert.Equal("line 2", ring.Lines[0].Text);
        Assert.Equal(OutputRing.LinesMax + 1, ring.Lines[^1].Number);
    }

    [Fact]
    public void A_longer_line_is_cut_and_says_how_long_it_was()
    {
        var ring = new OutputRing(TimeProvider.System);
        ring.Add(new string('x', OutputRing.LineCharactersMax + 1), isError: false);
        Assert.EndsWith($"({OutputRing.LineCharactersMax + 1} characters)", ring.Lines[0].Text);
    }

    private static async Task<List<string>> LinesAsync(string text)
    {
        var lines = new List<string>();
        await LineReader.ReadAsync(new StringReader(text), lines.Add);
        return lines;
    }
}
