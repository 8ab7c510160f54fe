using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quarry.Tests.Tidy;

/// <summary>The C# files of the repository as syntax trees.</summary>
internal static class CSharpSources
{
    private static readonly Lazy<IReadOnlyDictionary<string, SyntaxNode>> Trees = new(() =>
        SourceTree
            .WithExtension(".cs")
            .ToDictionary(f => f, f => CSharpSyntaxTree.ParseText(SourceTree.Read(f)).GetRoot())
    );

    /// <summary>Nodes of one kind with the file they are in.</summary>
    public static IEnumerable<(string File, T Node)> All<T>(string folder = "")
        where T : SyntaxNode =>
        Trees
            .Value.Where(t => t.Key.StartsWith(folder, StringComparison.Ordinal))
            .SelectMany(t => t.Value.DescendantNodes().OfType<T>().Select(n => (t.Key, n)));

    /// <summary>Methods, constructors, operators, accessors with bodies and local functions.</summary>
    public static IEnumerable<(string File, SyntaxNode Node)> Functions() =>
        All<SyntaxNode>()
            .Where(n =>
                n.Node is BaseMethodDeclarationSyntax or LocalFunctionStatementSyntax
                || n.Node is AccessorDeclarationSyntax { Body: not null }
            );

    /// <summary>Lines from the first to the last token, without the comments and attributes in front of it.</summary>
    public static int Lines(SyntaxNode node)
    {
        var span = node.SyntaxTree.GetLineSpan(node.Span);
        return span.EndLinePosition.Line - span.StartLinePosition.Line + 1;
    }

    /// <summary>File and line, as compilers write it.</summary>
    public static string Place(string file, SyntaxNode node) =>
        $"{file}:{node.SyntaxTree.GetLineSpan(node.Span).StartLinePosition.Line + 1}";
}
