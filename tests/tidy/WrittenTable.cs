using System.Text.RegularExpressions;

namespace Quarry.Tests.Tidy;

/// <summary>A table of a page that is written from the source, between two marks.</summary>
internal static class WrittenTable
{
    /// <summary>Set to 1 to write the tables instead of comparing them.</summary>
    private const string WriteVariable = "WRITE_DOCS";

    private const int MatchWithinMs = 10_000;

    /// <summary>Compares the table behind a mark with the lines, or writes it.</summary>
    public static void Holds(string page, string mark, IEnumerable<string> lines)
    {
        var text = SourceTree.Read(page);
        var table = Between(mark).Match(text);
        Assert.True(table.Success, $"{page} has no place for the {mark}");
        var expected = string.Join('\n', lines);
        if (Environment.GetEnvironmentVariable(WriteVariable) != "1")
            Assert.Equal(expected, table.Value);
        else
            File.WriteAllText(
                Path.Combine(SourceTree.Root, page),
                text[..table.Index] + expected + text[(table.Index + table.Length)..]
            );
    }

    private static Regex Between(string mark) =>
        new(
            $@"(?<=<!-- {Regex.Escape(mark)}[^\n]*-->\n).*?(?=\n<!-- end -->)",
            RegexOptions.Singleline,
            TimeSpan.FromMilliseconds(MatchWithinMs)
        );
}
