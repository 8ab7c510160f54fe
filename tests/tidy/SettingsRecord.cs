using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quarry.Tests.Tidy;

/// <summary>A record of settings, read from its source: what can be set, to what, and what it is for.</summary>
internal static partial class SettingsRecord
{
    private const int MatchWithinMs = 10_000;

    /// <summary>One row of a Markdown table for each property that a host may set.</summary>
    public static IEnumerable<string> Rows(string section, string file, IReadOnlyCollection<string> notSettings) =>
        CSharpSources
            .All<PropertyDeclarationSyntax>(file)
            .Select(p => p.Node)
            .Where(p => IsSetting(p) && !notSettings.Contains(p.Identifier.Text))
            .Select(p => $"| `{section}__{Name(p)}` | {Default(p)} | {Summary(p)} |");

    private static bool IsSetting(PropertyDeclarationSyntax property) =>
        property.AccessorList?.Accessors.Any(a => a.Keyword.Text == "init") == true;

    private static string Name(PropertyDeclarationSyntax property) =>
        property.Type.ToString().StartsWith("IReadOnlyList<", StringComparison.Ordinal)
            ? $"{property.Identifier.Text}__0"
            : property.Identifier.Text;

    private static string Default(PropertyDeclarationSyntax property) =>
        property.Initializer?.Value switch
        {
            null or CollectionExpressionSyntax => "none",
            LiteralExpressionSyntax literal => $"`{literal.Token.Value}`",
            BinaryExpressionSyntax product => $"`{Product(product).ToString(CultureInfo.InvariantCulture)}`",
            MemberAccessExpressionSyntax { Name.Identifier.Text: "MachineName" } => "the machine's name",
            MemberAccessExpressionSyntax member => $"`{member.Name}`",
            var other => $"`{other}`",
        };

    private static long Product(ExpressionSyntax expression) =>
        expression switch
        {
            BinaryExpressionSyntax { OperatorToken.Text: "*" } product => Product(product.Left)
                * Product(product.Right),
            LiteralExpressionSyntax literal => Convert.ToInt64(literal.Token.Value, CultureInfo.InvariantCulture),
            _ => throw new NotSupportedException(
                $"{expression} is no product of numbers; write it as one, or teach this test"
            ),
        };

    private static string Summary(PropertyDeclarationSyntax property)
    {
        var comment = string.Join(' ', property.GetLeadingTrivia().ToFullString().Split('\n').Select(WithoutSlashes));
        var summary = SummaryTag().Match(comment).Groups["text"].Value;
        return WebUtility
            .HtmlDecode(Spaces().Replace(CodeTag().Replace(summary, m => $"`{m.Groups["text"].Value}`"), " "))
            .Trim();
    }

    private static string WithoutSlashes(string line) => line.Trim().TrimStart('/').Trim();

    [GeneratedRegex("<summary>(?<text>.*)</summary>", RegexOptions.ExplicitCapture, MatchWithinMs)]
    private static partial Regex SummaryTag();

    [GeneratedRegex(
        "<c>(?<text>[^<]*)</c>|<see cref=\"(?<text>[^\"]*)\"/>",
        RegexOptions.ExplicitCapture,
        MatchWithinMs
    )]
    private static partial Regex CodeTag();

    [GeneratedRegex(@"\s+", RegexOptions.ExplicitCapture, MatchWithinMs)]
    private static partial Regex Spaces();
}
