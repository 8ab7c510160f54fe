using System.Diagnostics;

namespace Quarry.Tests.AppHost.Building;

/// <summary>Which back end a build takes, asked of the project file itself; nothing is compiled.</summary>
public sealed class BackEndChoiceTests : IDisposable
{
    private static readonly string[] Packages =
    [
        "aspire.apphost.sdk",
        "aspire.hosting.apphost",
        "aspire.hosting.redis",
        "aspire.hosting.javascript",
        "aspire.hosting.testing",
    ];

    private readonly TemporaryFolder cache = new();

    public void Dispose() => cache.Dispose();

    [Theory]
    [InlineData("auto", false, "local")]
    [InlineData("auto", true, "aspire")]
    [InlineData("false", true, "local")]
    [InlineData("true", true, "aspire")]
    [InlineData("true", false, "none")]
    [InlineData("perhaps", true, "")]
    public async Task The_choice_follows_the_property_and_the_cache(string useAspire, bool isCached, string backEnd)
    {
        if (isCached)
            Fill(Packages);
        Assert.Equal(backEnd, await PropertyAsync("AspireBackEnd", useAspire));
    }

    [Fact]
    public async Task One_missing_package_is_enough_for_the_local_back_end_and_is_named()
    {
        Fill(Packages[..^1]);
        Assert.Equal("local", await PropertyAsync("AspireBackEnd", "auto"));
        Assert.Equal("Aspire.Hosting.Testing", await PropertyAsync("AspireMissing", "auto"));
    }

    [Fact]
    public async Task Back_ends_keep_apart_what_they_build()
    {
        Fill(Packages);
        Assert.Equal("obj/aspire/", await PropertyAsync("BaseIntermediateOutputPath", "true"));
        Assert.Equal("obj/local/", await PropertyAsync("BaseIntermediateOutputPath", "false"));
    }

    [Theory]
    [InlineData("true", "lacks Aspire.AppHost.Sdk, Aspire.Hosting.AppHost, Aspire.Hosting.Redis")]
    [InlineData("perhaps", "UseAspire is 'perhaps', but it must be true, false or auto")]
    public async Task A_choice_that_cannot_be_had_fails_and_says_what_to_do(string useAspire, string message)
    {
        var (exitCode, output) = await BuildAsync("build", $"-p:UseAspire={useAspire}");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(message, output);
    }

    private void Fill(string[] packages)
    {
        foreach (var package in packages)
            Directory.CreateDirectory(Path.Combine(cache.Path, package, "13.6.0"));
    }

    // Evaluates eng/Aspire.props alone: with Aspire chosen the project itself could not be read without its packages.
    private async Task<string> PropertyAsync(string property, string useAspire)
    {
        var props = Path.GetFullPath(
            "../eng/Aspire.props",
            Path.GetDirectoryName(new Projects.Quarry_AppHost().ProjectPath)!
        );
        var (_, output) = await RunAsync(["msbuild", props, $"-getProperty:{property}", $"-p:UseAspire={useAspire}"]);
        return output.Trim();
    }

    private Task<(int ExitCode, string Output)> BuildAsync(params string[] arguments) =>
        RunAsync([.. arguments, new Projects.Quarry_AppHost().ProjectPath, "--nologo"]);

    private async Task<(int ExitCode, string Output)> RunAsync(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["NUGET_PACKAGES"] = cache.Path;
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output);
    }
}
