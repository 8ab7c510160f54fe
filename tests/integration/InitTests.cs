using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry init</c>: what it writes is typed, tested and runs as it is.</summary>
[Collection(SiteCollection.Name)]
public class InitTests(TestSite site)
{
    [Fact]
    public async Task A_new_project_is_typed_passes_its_test_and_runs()
    {
        using var quarry = new QuarryCli();
        var project = Path.Combine(quarry.Folder, "Stone Yard");
        var made = await quarry.RunAsync("init", project);
        Assert.Equal(0, made.ExitCode);
        Assert.Contains("npm install", made.Output, StringComparison.Ordinal);
        Install(project);

        var types = await NodeAsync(project, Path.Combine(Checkout.Root, "node_modules", "typescript", "bin", "tsc"));
        Assert.True(types.ExitCode == 0, types.Output);
        var tests = await NodeAsync(project, "--test");
        Assert.True(tests.ExitCode == 0, tests.Output);

        var job = JsonSerializer.Serialize(new { url = $"{site.Url}/list" });
        var report = await quarry.RunScriptAsync(Path.Combine(project, "script.ts"), job);
        Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Its_packages_have_the_versions_of_this_checkout()
    {
        using var quarry = new QuarryCli();
        var project = Path.Combine(quarry.Folder, "versions");
        _ = await quarry.RunAsync("init", project);

        var manifest = Manifest(project);
        Assert.Equal("versions", manifest.GetProperty("name").GetString());
        foreach (var package in manifest.GetProperty("devDependencies").EnumerateObject())
        {
            var installed = Manifest(Path.Combine(Checkout.Root, "node_modules", package.Name));
            Assert.Equal(installed.GetProperty("version").GetString(), package.Value.GetString());
        }
        var sdk = manifest.GetProperty("dependencies").GetProperty("@quarry/sdk").GetString();
        Assert.Equal($"file:{Path.Combine(Checkout.Root, "sdk-ts")}", sdk);
    }

    [Fact]
    public async Task Nothing_is_written_over()
    {
        using var quarry = new QuarryCli();
        var mine = quarry.Scratch("script.ts", "// mine");
        var result = await quarry.RunAsync("init", quarry.Folder);
        Assert.Equal(4, result.ExitCode);
        Assert.Contains(
            "has a script.ts already. Choose another folder; nothing was written",
            result.Error,
            StringComparison.Ordinal
        );
        Assert.Equal([mine], Directory.GetFiles(quarry.Folder));

        var onFile = await quarry.RunAsync("init", mine);
        Assert.Equal(4, onFile.ExitCode);
        Assert.Contains("is a file", onFile.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_named()
    {
        using var quarry = new QuarryCli();
        var file = quarry.Scratch("file", "");
        var result = await quarry.RunAsync("init", Path.Combine(file, "below"));
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("cannot be written", result.Error, StringComparison.Ordinal);
    }

    /// <summary>As npm install would, without a network: the packages of this checkout.</summary>
    private static void Install(string project)
    {
        var packages = Directory.CreateDirectory(Path.Combine(project, "node_modules"));
        foreach (var name in Manifest(project).GetProperty("devDependencies").EnumerateObject().Select(p => p.Name))
            Link(packages.FullName, name, Path.Combine(Checkout.Root, "node_modules", name));
        Link(packages.FullName, "@quarry/sdk", Path.Combine(Checkout.Root, "sdk-ts"));
    }

    private static void Link(string packages, string name, string target)
    {
        var path = Path.Combine(packages, name);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _ = Directory.CreateSymbolicLink(path, target);
    }

    private static JsonElement Manifest(string folder) =>
        JsonSerializer.Deserialize<JsonElement>(File.ReadAllText(Path.Combine(folder, "package.json")));

    private static async Task<CliResult> NodeAsync(string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(Checkout.Node, arguments)
        {
            UseShellExecute = false,
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, output, await error);
    }
}
