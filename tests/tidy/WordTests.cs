namespace Quarry.Tests.Tidy;

/// <summary>Words that must not stand in the project.</summary>
public class WordTests
{
    private static readonly string[] Extensions = [".cs", ".ts", ".mjs", ".md", ".razor", ".json", ".props", ".targets", ".yaml", ".csproj"];

    public static TheoryData<string> Forbidden => ["/wo" + "rk/", "NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME"];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void A_word_that_promises_or_leaks_is_nowhere(string word) =>
        Assert.Empty(SourceTree.WithExtension(Extensions).Where(f => SourceTree.Read(f).Contains(word, StringComparison.Ordinal)));
}
