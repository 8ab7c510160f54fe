using System.Text.RegularExpressions;

namespace Quarry.Tests.Tidy;

/// <summary>One contract document: its rules, its headings, and its table of tests.</summary>
internal sealed partial record Contract(
    string Name,
    IReadOnlyList<int> Rules,
    IReadOnlyList<string> Headings,
    IReadOnlyList<ContractRow> Rows
)
{
    public static IReadOnlyList<string> Names { get; } = ["EMIT", "IPC", "RUN", "POLICY", "LODE"];

    public static string PathOf(string name) => $"docs/contracts/CONTRACT_{name}.md";

    public static Contract Read(string name)
    {
        var lines = SourceTree.Lines(PathOf(name));
        return new(
            name,
            [
                .. lines
                    .Select(l => Rule().Match(l))
                    .Where(m => m.Success && m.Groups["name"].Value == name)
                    .Select(Number),
            ],
            [.. lines.Where(l => l.StartsWith("##", StringComparison.Ordinal)).Select(l => l.TrimStart('#', ' '))],
            [
                .. lines
                    .Select(l => Row().Match(l))
                    .Where(m => m.Success)
                    .Select(m => new ContractRow(Number(m), Tests(m))),
            ]
        );
    }

    private static int Number(Match match) => int.Parse(match.Groups["number"].Value);

    private static IReadOnlyList<string> Tests(Match row) =>
        [.. Quoted().Matches(row.Groups["tests"].Value).Select(m => m.Groups["test"].Value)];

    [GeneratedRegex(@"^\*\*(?<name>[A-Z]+)-(?<number>\d+)\.\*\* ")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^\| [A-Z]+-(?<number>\d+) \| (?<tests>none yet|`.*`) \|$")]
    private static partial Regex Row();

    [GeneratedRegex("`(?<test>[^`]+)`")]
    private static partial Regex Quoted();
}

/// <summary>A row of the table: a rule, and the tests that hold it; none when nothing does yet.</summary>
internal sealed record ContractRow(int Rule, IReadOnlyList<string> Tests);
