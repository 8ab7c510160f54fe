namespace Quarry.Tests.Tidy;

/// <summary>Words that must not stand in the project: promises that nobody keeps, and paths of one machine.</summary>
public class WordTests
{
    private static readonly string[] BinaryExtensions = [".bin", ".png", ".ico", ".parquet", ".woff2"];

    // Written in pieces, so that this file passes its own test.
    public static TheoryData<string> Forbidden =>
        ["/wo" + "rk/", "shared/" + "design", "NotImplemented" + "Exception", "TO" + "DO", "FIX" + "ME", "HA" + "CK"];

    [Theory]
    [MemberData(nameof(Forbidden))]
    public void A_word_that_promises_or_leaks_is_nowhere(string word) =>
        Findings.None(
            SourceTree
                .Files.Where(f => !BinaryExtensions.Contains(Path.GetExtension(f)))
                .Where(f => SourceTree.Read(f).Contains(word, StringComparison.Ordinal))
        );
}
