namespace Quarry.Tests.Tidy;

/// <summary>Sizes that keep the code readable: files, lines.</summary>
public class SizeTests
{
    private const int FileLinesMax = 400;
    private const int FileLinesMedianMax = 100;
    private const int LineCharsMax = 140;

    private static IEnumerable<string> Sources => SourceTree.WithExtension(".cs", ".ts", ".mjs", ".razor", ".css");

    [Fact]
    public void No_file_is_longer_than_its_limit() =>
        Findings.None(Sources.Where(f => SourceTree.Lines(f).Length > FileLinesMax));

    [Fact]
    public void The_median_file_is_short()
    {
        var lengths = Sources.Select(f => SourceTree.Lines(f).Length).Order().ToList();
        Assert.InRange(lengths[lengths.Count / 2], 1, FileLinesMedianMax);
    }

    [Fact]
    public void Lines_fit_on_a_screen()
    {
        var long_ = Sources
            .SelectMany(f => SourceTree.Lines(f).Select((line, i) => (Place: $"{f}:{i + 1}", line.Length)))
            .Where(l => l.Length > LineCharsMax);
        Findings.None(long_.Select(l => l.Place));
    }
}
