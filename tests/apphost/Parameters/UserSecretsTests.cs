using Quarry.AppHost.Local.Parameters;

namespace Quarry.Tests.AppHost.Parameters;

/// <summary>Secrets that are made once and kept.</summary>
public sealed class UserSecretsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private string FilePath => Path.Combine(folder.Path, "kept", "secrets.json");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_secret_stays_the_same()
    {
        var first = new UserSecrets(FilePath).FindOrAdd("Parameters:key", () => "made");
        var second = new UserSecrets(FilePath).FindOrAdd("Parameters:key", () => "made again");
        Assert.Equal("made", first);
        Assert.Equal("made", second);
    }

    [Fact]
    public void Secrets_of_others_stay()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, """{ "Other": "kept" }""");
        new UserSecrets(FilePath).FindOrAdd("Parameters:key", () => "made");
        Assert.Equal("kept", new UserSecrets(FilePath).FindOrAdd("Other", () => "lost"));
    }

    [Fact]
    public async Task Many_at_once_agree_on_one_value()
    {
        var values = await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(i =>
                    Task.Run(() => new UserSecrets(FilePath).FindOrAdd("Parameters:key", () => $"made by {i}"))
                )
        );
        Assert.Single(values.Distinct());
    }

    [Fact]
    public void Only_the_owner_may_read_them()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows keeps them below the user's profile.");
        new UserSecrets(FilePath).FindOrAdd("Parameters:key", () => "made");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(FilePath));
    }

    [Theory]
    [InlineData("{ no json")]
    [InlineData("[]")]
    [InlineData("""{ "Parameters:key": 7 }""")]
    public void A_damaged_file_is_named_and_left_alone(string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
        File.WriteAllText(FilePath, text);
        var e = Assert.Throws<DistributedApplicationException>(() =>
            new UserSecrets(FilePath).FindOrAdd("Parameters:key", () => "made")
        );
        Assert.Contains(FilePath, e.Message);
        Assert.Equal(text, File.ReadAllText(FilePath));
    }

    [Fact]
    public void A_generated_value_has_the_length_and_the_characters_asked_for()
    {
        var value = new GenerateParameterDefault { MinLength = 40, Special = false }.GetDefaultValue();
        Assert.Equal(40, value.Length);
        Assert.All(value, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
    }
}
