using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Quarry.Tests.AppHost.Publishing;

/// <summary>The manifest that azd reads, written by the AppHost itself.</summary>
public sealed class ManifestTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task The_manifest_equals_the_golden_one()
    {
        var repository = Path.GetFullPath("..", Path.GetDirectoryName(new Projects.Quarry_AppHost().ProjectPath)!);
        var path = Path.Combine(repository, "artifacts", $"manifest-{Guid.NewGuid():N}.json");
        try
        {
            Assert.Equal(0, await WriteAsync(path));
            var golden = await File.ReadAllTextAsync(
                Path.Combine(repository, "tests/apphost/Publishing/manifest.json")
            );
            Assert.Equal(Text(golden), Text(await File.ReadAllTextAsync(path)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task Another_publisher_is_refused_by_name()
    {
        Assert.Equal(1, await WriteAsync(Path.Combine(folder.Path, "x.json"), "docker-compose"));
        Assert.False(File.Exists(Path.Combine(folder.Path, "x.json")));
    }

    private static string Text(string json) => JsonNode.Parse(json)!.ToJsonString(new() { WriteIndented = true });

    private async Task<int> WriteAsync(string path, string publisher = "manifest")
    {
        var start = new ProcessStartInfo(
            "dotnet",
            [
                typeof(Projects.Quarry_AppHost).Assembly.Location,
                "--publisher",
                publisher,
                "--output-path",
                path,
                "--data",
                "/data",
            ]
        );
        start.Environment["APPDATA"] = folder.Path;
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return process.ExitCode;
    }
}
