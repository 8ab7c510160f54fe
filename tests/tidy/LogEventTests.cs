using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quarry.Tests.Tidy;

/// <summary>What is logged has an id of its own, and the page lists it: alerts and searches go by the ids.</summary>
public class LogEventTests
{
    private static readonly (string File, AttributeSyntax Node)[] Marks =
    [
        .. CSharpSources
            .All<AttributeSyntax>()
            .Where(a => a.Node.Name.ToString() == "LoggerMessage")
            .Where(a => !a.File.StartsWith("tests/", StringComparison.Ordinal)),
    ];

    [Fact]
    public void Every_event_has_an_id_of_its_own() =>
        Findings.None(
            Marks
                .GroupBy(m => Argument(m.Node, 0))
                .Where(g => g.Count() > 1 || !int.TryParse(g.Key, out _))
                .Select(g => $"{g.Key}: {string.Join(", ", g.Select(m => CSharpSources.Place(m.File, m.Node)))}")
        );

    [Fact]
    public void The_page_lists_every_event() =>
        WrittenTable.Holds(
            "docs/specs/telemetry.md",
            "events of the log, written from the source",
            [
                "| id | level | message | said by |",
                "| --- | --- | --- | --- |",
                .. Marks.OrderBy(m => Argument(m.Node, 0), StringComparer.Ordinal).Select(Row),
            ]
        );

    private static string Row((string File, AttributeSyntax Node) mark)
    {
        var level = Argument(mark.Node, 1).Split('.')[^1].ToLowerInvariant();
        var parts = mark.Node.ArgumentList!.Arguments[2].DescendantNodesAndSelf().OfType<LiteralExpressionSyntax>();
        var message = string.Concat(parts.Select(p => p.Token.ValueText)).Replace("|", "\\|", StringComparison.Ordinal);
        return $"| {Argument(mark.Node, 0)} | {level} | {message} | `{Speaker(mark.File)}` |";
    }

    private static string Argument(AttributeSyntax mark, int at) => mark.ArgumentList!.Arguments[at].ToString();

    /// <summary>Category of the log, as far as a file's place tells it.</summary>
    private static string Speaker(string file) =>
        Path.ChangeExtension(file, null).Replace("services/", "", StringComparison.Ordinal).Replace('/', '.');
}
