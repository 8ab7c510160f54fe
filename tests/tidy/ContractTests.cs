using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quarry.Tests.Tidy;

/// <summary>The contracts and what points at them, or what they point at, stay together.</summary>
public partial class ContractTests
{
    private static readonly string[] CodeExtensions = [".cs", ".ts", ".proto", ".md"];

    public static TheoryData<string> Names => [.. Contract.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Rules_are_numbered_without_a_gap_and_each_has_a_row(string name)
    {
        var contract = Contract.Read(name);
        Assert.NotEmpty(contract.Rules);
        // A rule that is added later stands where it belongs, with the next free number.
        var numbers = Enumerable.Range(1, contract.Rules.Count);
        Assert.Equal(numbers, contract.Rules.Order());
        Assert.Equal(numbers, contract.Rows.Select(r => r.Rule));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_test_that_a_contract_names_exists(string name)
    {
        var known = CSharpTests().ToHashSet(StringComparer.Ordinal);
        var named = Contract.Read(name).Rows.SelectMany(r => r.Tests).Distinct();
        Findings.None(named.Where(t => !known.Contains(t) && !IsNodeSuite(t)));
    }

    [Fact]
    public void Every_rule_that_code_or_a_page_points_at_exists()
    {
        var rules = Contract.Names.ToDictionary(n => n, n => Contract.Read(n).Rules);
        var pointers = Pointers(RuleById()).Concat(Pointers(RuleByNumber()));
        Findings.None(pointers.Where(p => !rules[p.Contract].Contains(int.Parse(p.Target))).Select(p => p.ToString()));
    }

    [Fact]
    public void Every_heading_that_code_points_at_exists()
    {
        var headings = Contract.Names.ToDictionary(n => n, n => Contract.Read(n).Headings);
        var lost = Pointers(Heading()).Where(p => !headings[p.Contract].Any(h => IsNamed(h, p.Target)));
        Findings.None(lost.Select(p => p.ToString()));
    }

    private static IEnumerable<(string File, string Contract, string Target)> Pointers(Regex pattern) =>
        SourceTree
            .WithExtension(CodeExtensions)
            .SelectMany(f => pattern.Matches(SourceTree.Read(f)).Select(m => (f, m)))
            .Select(p => (p.f, p.m.Groups["contract"].Value, p.m.Groups["target"].Value));

    private static IEnumerable<string> CSharpTests() =>
        CSharpSources
            .All<MethodDeclarationSyntax>("tests/")
            .Where(m =>
                m.Node.AttributeLists.ToString() is var marks && (marks.Contains("Fact") || marks.Contains("Theory"))
            )
            .Where(m => m.Node.Parent is ClassDeclarationSyntax)
            .Select(m => $"{((ClassDeclarationSyntax)m.Node.Parent!).Identifier}.{m.Node.Identifier}");

    private static bool IsNamed(string heading, string target) =>
        heading.Equals(target, StringComparison.OrdinalIgnoreCase)
        || heading.Equals($"{target}s", StringComparison.OrdinalIgnoreCase);

    private static bool IsNodeSuite(string test) =>
        test.EndsWith(".test.ts", StringComparison.Ordinal) && SourceTree.Files.Contains(test);

    [GeneratedRegex(@"\b(?<contract>EMIT|IPC|RUN|POLICY|LODE)-(?<target>\d+)\b")]
    private static partial Regex RuleById();

    [GeneratedRegex(@"CONTRACT_(?<contract>EMIT|IPC|RUN|POLICY|LODE),? rules? (?<target>\d+)")]
    private static partial Regex RuleByNumber();

    [GeneratedRegex(
        @"CONTRACT_(?<contract>EMIT|IPC|RUN|POLICY|LODE), (?!rules? |CONTRACT|in the)(?<target>[a-z][A-Za-z ]*[A-Za-z])"
    )]
    private static partial Regex Heading();
}
