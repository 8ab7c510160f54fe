using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Quarry.Tests.AppHost.Building;

/// <summary>
/// What a build says on a machine whose Node is not as it should be: the build's own target, on a PATH with programs of
/// the test's choice, in a folder of its own.
/// </summary>
public sealed class NodeBuildTests : IDisposable
{
    private const string WayOut = "-p:SkipNode=true to build without the executor";

    private readonly TemporaryFolder folder = new();

    public NodeBuildTests()
    {
        var repository = Path.Combine(Path.GetDirectoryName(new Projects.Quarry_AppHost().ProjectPath)!, "..");
        _ = Directory.CreateDirectory(Below("eng"));
        File.Copy(Path.Combine(repository, "eng", "Node.targets"), Below("eng/Node.targets"));
        File.WriteAllText(Below("eng/build.proj"), """<Project><Import Project="Node.targets" /></Project>""");
        File.WriteAllText(Below("package.json"), """{ "name": "x", "dependencies": { "left": "1.0.0" } }""");
        foreach (var needed in (string[])["sh", "uname", "dirname", "readlink"])
            Link(needed);
    }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Without_npm_it_is_said_what_brings_it()
    {
        var output = await FailAsync();
        Assert.Contains("error QRY1001: npm was not found", output);
        Assert.Contains("Install Node 20 or newer (it brings npm)", output);
    }

    [Fact]
    public async Task Without_node_it_is_said_what_to_install()
    {
        Program("npm", "echo 10.0.0");
        var output = await FailAsync();
        Assert.Contains("error QRY1004: node was not found or does not start", output);
        Assert.Contains("Install Node 20 or newer", output);
    }

    [Theory]
    [InlineData("v18.19.1")]
    [InlineData("v19.9.0")]
    public async Task A_node_that_is_too_old_is_named_with_its_version(string version)
    {
        Program("npm", "echo 10.0.0");
        Program("node", $"echo {version}");
        var output = await FailAsync();
        Assert.Contains($"error QRY1005: The node on PATH is {version}", output);
        Assert.Contains("Put a newer one first on PATH", output);
    }

    [Fact]
    public async Task Without_a_network_npm_says_why_and_the_build_says_what_to_do()
    {
        Link("node");
        Link("npm");
        File.WriteAllText(
            Below("package-lock.json"),
            """
            { "name": "x", "lockfileVersion": 3, "requires": true, "packages": {
                "": { "name": "x", "dependencies": { "left": "1.0.0" } },
                "node_modules/left": { "version": "1.0.0", "resolved": "https://registry.npmjs.org/left/-/left-1.0.0.tgz" } } }
            """
        );
        var output = await FailAsync();
        Assert.Contains("ECONNREFUSED", output);
        Assert.Contains("error QRY1006: npm ci ended with exit code 1", output);
        Assert.Contains("build once where the registry can be reached", output);
    }

    private async Task<string> FailAsync()
    {
        var start = new ProcessStartInfo(Find("dotnet"), ["build", Below("eng/build.proj"), "-t:QuarryNodeInstall"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
            WorkingDirectory = folder.Path,
        };
        start.Environment["PATH"] = Directory.CreateDirectory(Below("programs")).FullName;
        start.Environment["npm_config_registry"] = $"http://127.0.0.1:{ClosedPort()}/";
        start.Environment["npm_config_cache"] = Below("cache");
        start.Environment["npm_config_fetch_retries"] = "0";
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.NotEqual(0, process.ExitCode);
        Assert.Contains(WayOut, output);
        Assert.False(File.Exists(Below("node_modules/.quarry-install.stamp")), "the next build has to try again");
        return output;
    }

    private static int ClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private string Below(string path) => Path.Combine(folder.Path, path);

    private void Program(string name, string script)
    {
        var path = Path.Combine(Directory.CreateDirectory(Below("programs")).FullName, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private void Link(string name) =>
        File.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(Below("programs")).FullName, name), Find(name));

    private static string Find(string name) => Quarry.AppHost.Local.Processes.ProgramPath.Find(name)!;
}
