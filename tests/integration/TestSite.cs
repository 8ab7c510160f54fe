using System.Diagnostics;

namespace Quarry.Tests.Integration;

/// <summary>The examples' own site on a free port, as a process of its own.</summary>
public sealed class TestSite : IAsyncLifetime
{
    private Process? server;

    /// <summary>Address without a trailing slash.</summary>
    public string Url { get; private set; } = "";

    /// <summary>Folder of the Git manuals, fetched once; null when they cannot be had.</summary>
    public string GitDocFolder { get; } = Path.Combine(Checkout.Root, "artifacts", "git-doc", "html");

    public async ValueTask InitializeAsync()
    {
        await FetchGitDocAsync();
        var start = new ProcessStartInfo(Checkout.Node, Path.Combine(Checkout.Root, "examples", "site", "server.mjs"))
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        start.Environment["PORT"] = "0";
        start.Environment["GIT_DOC_DIR"] = GitDocFolder;
        server = Process.Start(start)!;
        Url = (await server.StandardOutput.ReadLineAsync())!.TrimEnd('/');
    }

    public async ValueTask DisposeAsync()
    {
        if (server is null)
            return;
        server.Kill();
        await server.WaitForExitAsync();
        server.Dispose();
    }

    private async Task FetchGitDocAsync()
    {
        if (File.Exists(Path.Combine(GitDocFolder, "index.html")))
            return;
        using var fetch = Process.Start(
            new ProcessStartInfo("bash", Path.Combine(Checkout.Root, "eng", "fetch-git-doc.sh"))
            {
                UseShellExecute = false,
            }
        )!;
        await fetch.WaitForExitAsync();
        Assert.Equal(0, fetch.ExitCode);
    }
}

/// <summary>One site for all tests of the collection.</summary>
[CollectionDefinition(Name)]
public sealed class SiteCollection : ICollectionFixture<TestSite>
{
    public const string Name = "site";
}
