namespace Quarry.Tests.Tidy;

/// <summary>Sizes of C# methods. Biome counts the lines of TypeScript functions.</summary>
public class MethodSizeTests
{
    private const int MethodLinesMax = 60;
    private const int MethodLinesMedianMax = 12;

    [Fact]
    public void No_method_is_longer_than_its_limit() =>
        Findings.None(
            CSharpSources
                .Functions()
                .Where(f => CSharpSources.Lines(f.Node) > MethodLinesMax)
                .Select(f => $"{CSharpSources.Place(f.File, f.Node)} has {CSharpSources.Lines(f.Node)} lines")
        );

    [Fact]
    public void The_median_method_is_short()
    {
        var lengths = CSharpSources.Functions().Select(f => CSharpSources.Lines(f.Node)).Order().ToList();
        Assert.InRange(lengths[lengths.Count / 2], 1, MethodLinesMedianMax);
    }
}
