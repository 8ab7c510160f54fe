using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quarry.Tests.Tidy;

/// <summary>What is public says what it means; what a message points at exists.</summary>
public partial class DocumentationTests
{
    private static readonly string[] TextExtensions = [".cs", ".ts", ".mjs", ".razor", ".md", ".sh", ".yaml"];

    public static TheoryData<string> Libraries =>
        ["services/Quarry.Contracts/", "services/Quarry.Wire/", "services/Quarry.Policies/"];

    public static TheoryData<string> Pages => [.. SourceTree.WithExtension(".md")];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Every_public_member_is_documented(string library) =>
        Findings.None(
            CSharpSources
                .All<MemberDeclarationSyntax>(library)
                .Where(m => IsPublic(m.Node) && !HasDocumentation(m.Node))
                .Select(m => CSharpSources.Place(m.File, m.Node))
        );

    [Fact]
    public void Every_page_that_a_message_or_comment_names_exists()
    {
        var named = SourceTree
            .WithExtension(TextExtensions)
            .SelectMany(f => DocumentPath().Matches(SourceTree.Read(f)).Select(m => (File: f, Page: m.Value)));
        Findings.None(named.Where(n => !SourceTree.Files.Contains(n.Page)).Select(n => $"{n.File} names {n.Page}"));
    }

    [Fact]
    public void Every_decision_that_code_or_a_page_names_exists()
    {
        var decisions = SourceTree.Files.Where(f => f.StartsWith("docs/adr/", StringComparison.Ordinal)).ToList();
        var named = SourceTree
            .WithExtension(TextExtensions)
            .SelectMany(f => Decision().Matches(SourceTree.Read(f)).Select(m => (File: f, Number: m.Groups[1].Value)));
        Findings.None(
            named
                .Where(n => !decisions.Any(d => d.StartsWith($"docs/adr/{n.Number}-", StringComparison.Ordinal)))
                .Select(n => $"{n.File} names decision {n.Number}")
        );
    }

    [Fact]
    public void Every_decision_has_a_number_of_its_own_and_a_line_in_the_list()
    {
        var list = SourceTree.Read("docs/adr/README.md");
        var decisions = SourceTree
            .Files.Where(f => f.StartsWith("docs/adr/0", StringComparison.Ordinal))
            .Select(f => Path.GetFileName(f))
            .ToList();
        Findings.None(decisions.Where(d => !list.Contains($"[{d[..4]}]({d})", StringComparison.Ordinal)));
        Findings.None(decisions.GroupBy(d => d[..4]).Where(g => g.Count() > 1).Select(g => string.Join(" and ", g)));
    }

    [Theory]
    [MemberData(nameof(Pages))]
    public void Every_link_of_a_page_leads_somewhere(string page)
    {
        var targets = RelativeLink().Matches(SourceTree.Read(page)).Select(m => m.Groups["target"].Value);
        var folder = Path.GetDirectoryName(Path.Combine(SourceTree.Root, page))!;
        Findings.None(targets.Where(t => !Path.Exists(Path.Combine(folder, t))));
    }

    private static bool IsPublic(MemberDeclarationSyntax member) =>
        IsVisible(member) && member.Ancestors().OfType<BaseTypeDeclarationSyntax>().All(IsVisible);

    private static bool IsVisible(MemberDeclarationSyntax member) =>
        member is EnumMemberDeclarationSyntax
        || member.Modifiers.Any(SyntaxKind.PublicKeyword)
        || member is { Parent: InterfaceDeclarationSyntax } and not BaseTypeDeclarationSyntax;

    private static bool HasDocumentation(MemberDeclarationSyntax member) =>
        member
            .GetLeadingTrivia()
            .Any(t =>
                t.IsKind(SyntaxKind.SingleLineDocumentationCommentTrivia)
                || t.ToString().StartsWith("///", StringComparison.Ordinal)
            );

    [GeneratedRegex(@"docs/[A-Za-z0-9_/-]+\.md")]
    private static partial Regex DocumentPath();

    [GeneratedRegex(@"(?:ADR |docs/adr/)(\d{4})\b")]
    private static partial Regex Decision();

    [GeneratedRegex(@"\]\((?!https?:|#)(?<target>[^)#\s]+)(#[^)]*)?\)")]
    private static partial Regex RelativeLink();
}
