using Quarry.Cli;
using Quarry.Cli.Output;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Cli;

/// <summary>An exported file appears whole, and never in the place of another, also where files have one name only.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-export-");

    private string Path => System.IO.Path.Combine(folder.FullName, "out.csv");

    public void Dispose() => folder.Delete(recursive: true);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void It_appears_when_it_is_whole(bool hasHardLinks)
    {
        using (var file = New(hasHardLinks))
        {
            file.Stream.Write("a,b"u8);
            Assert.False(File.Exists(Path));
            file.Appear();
        }
        Assert.Equal("a,b", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(folder.FullName));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_name_that_was_taken_meanwhile_stays_with_its_file(bool hasHardLinks)
    {
        using (var file = New(hasHardLinks))
        {
            file.Stream.Write("a,b"u8);
            File.WriteAllText(Path, "theirs");
            var refused = Assert.Throws<UsageException>(file.Appear);
            Assert.Contains("is there already", refused.Message, StringComparison.Ordinal);
        }
        Assert.Equal("theirs", File.ReadAllText(Path));
        Assert.Equal([Path], Directory.GetFiles(folder.FullName));
    }

    private WholeFile New(bool hasHardLinks) => hasHardLinks ? new(Path) : new(Path, (_, _) => LinkOutcome.NotPossible);
}
