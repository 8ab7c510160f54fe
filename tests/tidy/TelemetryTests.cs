using System.Text.RegularExpressions;

namespace Quarry.Tests.Tidy;

/// <summary>What is measured and the page that says so name the same things.</summary>
public partial class TelemetryTests
{
    private const string Page = "docs/specs/telemetry.md";

    private static readonly string[] Meters =
    [
        .. SourceTree.WithExtension(".cs").Where(f => f.EndsWith("Meter.cs", StringComparison.Ordinal)),
    ];

    /// <summary>Where spans and their attributes have their names.</summary>
    private static readonly string[] Traces =
    [
        .. SourceTree
            .WithExtension(".cs")
            .Where(f => f.StartsWith("services/", StringComparison.Ordinal))
            .Where(f => SourceTree.Read(f) is var text && (Started().IsMatch(text) || text.Contains("ActivityLink"))),
        "services/Quarry.Runtime/Ingest/SpanFrame.cs",
    ];

    [Fact]
    public void Every_instrument_span_and_tag_is_in_the_page_and_every_one_of_the_page_is_in_the_code()
    {
        var inCode = Names(Literal(), Meters.Concat(Traces));
        var inPage = Names(Row(), [Page]);
        Assert.NotEmpty(inCode);
        Findings.None(inCode.Except(inPage).Select(n => $"{n} is measured or traced and not in {Page}"));
        Findings.None(inPage.Except(inCode).Select(n => $"{n} is in {Page} and not in the code"));
    }

    [Fact]
    public void Every_meter_has_a_section_of_its_name() =>
        Assert.Equal(Names(MeterName(), Meters), Names(Section(), [Page]));

    [Fact]
    public void Every_instrument_has_the_type_and_the_unit_that_the_page_says()
    {
        var inCode = Meters.SelectMany(f => Created().Matches(SourceTree.Read(f))).Select(Describe);
        var inPage = InstrumentRow().Matches(SourceTree.Read(Page)).Select(Describe);
        Assert.Equal(inPage.Order(StringComparer.Ordinal), inCode.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void No_instrument_is_created_elsewhere() =>
        Findings.None(
            SourceTree
                .WithExtension(".cs")
                .Where(f => f.StartsWith("services/", StringComparison.Ordinal))
                .Except(Meters)
                .Where(f => Created().IsMatch(SourceTree.Read(f)))
        );

    private static SortedSet<string> Names(Regex pattern, IEnumerable<string> files) =>
        new(
            files.SelectMany(f => pattern.Matches(SourceTree.Read(f))).Select(m => m.Groups["name"].Value),
            StringComparer.Ordinal
        );

    private static string Describe(Match match) =>
        $"{match.Groups["name"].Value}: {match.Groups["type"].Value.ToLowerInvariant()} in {match.Groups["unit"].Value}";

    [GeneratedRegex("\"(?<name>quarry\\.[a-z_.]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex(@"(?m)^\| `(?<name>quarry\.[a-z_.]+)` \|")]
    private static partial Regex Row();

    [GeneratedRegex(@"\bStartActivity\(")]
    private static partial Regex Started();

    [GeneratedRegex("Name = \"(?<name>Quarry\\.[A-Za-z]+)\"")]
    private static partial Regex MeterName();

    [GeneratedRegex(@"(?m)^## (?<name>Quarry\.[A-Za-z]+)$")]
    private static partial Regex Section();

    [GeneratedRegex(
        "\\.Create(Observable)?(?<type>Counter|Histogram|Gauge)(<[a-z]+>)?\\(\\s*\"(?<name>quarry[a-z_.]+)\","
            + "[^;]*?\"(?<unit>[^\"]+)\"\\s*\\)"
    )]
    private static partial Regex Created();

    [GeneratedRegex(@"(?m)^\| `(?<name>quarry\.[a-z_.]+)` \| (?<type>counter|histogram|gauge) \| (?<unit>\S+) \|")]
    private static partial Regex InstrumentRow();
}
