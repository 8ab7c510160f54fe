using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry doctor</c>: what is there, what stands in for what, what is missing.</summary>
public class DoctorTests
{
    [Fact]
    public async Task What_is_there_is_named_with_its_version()
    {
        using var quarry = new QuarryCli();
        var (code, findings) = await FindingsAsync(quarry, "--storage", quarry.Storage);
        Assert.Equal(0, code);
        Assert.Equal("ok", findings["node"].GetProperty("status").GetString());
        Assert.Contains("v26.", findings["node"].GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Contains("Chrome/", findings["browser"].GetProperty("found").GetString(), StringComparison.Ordinal);
        Assert.Contains(
            "can be written",
            findings["storage"].GetProperty("found").GetString(),
            StringComparison.Ordinal
        );
        Assert.Contains("cores", findings["machine"].GetProperty("found").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_bare_machine_every_stand_in_says_how_to_get_the_real_one()
    {
        using var quarry = new QuarryCli();
        quarry.Variables["PATH"] = quarry.Folder;
        var (code, findings) = await FindingsAsync(quarry);
        Assert.Equal(0, code);
        foreach (var (part, next) in new[] { ("browser", "chromium-headless-shell"), ("redis", "redis-server") })
        {
            Assert.Equal("stand_in", findings[part].GetProperty("status").GetString());
            Assert.Contains(next, findings[part].GetProperty("next").GetString(), StringComparison.Ordinal);
        }
        Assert.DoesNotContain("storage", findings.Keys);
    }

    [Fact]
    public async Task What_is_missing_ends_with_exit_code_1_and_the_reason()
    {
        using var quarry = new QuarryCli();
        quarry.Variables["PUPPETEER_EXECUTABLE_PATH"] = "/nowhere/chromium";
        var result = await quarry.RunAsync("doctor", "--storage", "/proc/nope");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("(?m)^missing   browser   .*/nowhere/chromium", result.Output);
        Assert.Matches("(?m)^missing   storage   .*/proc/nope", result.Output);
    }

    [Fact]
    public async Task An_executor_that_does_not_answer_is_missing()
    {
        using var quarry = new QuarryCli();
        quarry.Variables["QUARRY_EXECUTOR"] = quarry.Scratch("silent.mjs", "");
        quarry.Variables["QUARRY_NODE"] = Checkout.Node;
        var result = await quarry.RunAsync("doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("(?m)^missing   executor  .*silent.mjs --check' did not answer", result.Output);
    }

    [Fact]
    public async Task A_node_that_is_named_and_not_there_is_missing()
    {
        using var quarry = new QuarryCli();
        quarry.Variables["QUARRY_NODE"] = "/nowhere/node";
        var result = await quarry.RunAsync("doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches(
            "(?m)^missing   executor  The Node /nowhere/node, named by QUARRY_NODE, cannot be used:",
            result.Output
        );
        Assert.Contains("unset QUARRY_NODE and run 'npm ci'", result.Output, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Theory]
    [InlineData("v22.14.9", false)]
    [InlineData("v22.15.0", true)]
    [InlineData("no version", false)]
    public async Task A_node_that_is_too_old_is_said_before_a_script_is_blamed(string version, bool isEnough)
    {
        using var quarry = new QuarryCli();
        quarry.Variables["QUARRY_NODE"] = Program(quarry, "node", $"echo {version}");
        var script = quarry.Scratch("script.mjs", "export default async () => {}");
        var run = await quarry.RunAsync("run", script, "--source", "s", "--storage", quarry.Storage);
        Assert.Equal(isEnough, run.ExitCode != 4);
        Assert.Equal(!isEnough, run.Error.Contains("named by QUARRY_NODE", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_oldest_node_is_the_same_for_the_executor_and_for_who_starts_it()
    {
        var module = await File.ReadAllTextAsync(
            Path.Combine(Checkout.Root, "executor-node", "pinned-node.mjs"),
            TestContext.Current.CancellationToken
        );
        var oldest = Quarry.Runtime.Executors.NodeVersion.Oldest;
        Assert.Contains($"NODE_VERSION_MIN = [{oldest.Major}, {oldest.Minor}]", module, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(5, "ok", null)]
    [InlineData(4, "stand_in", "dotnet add package NAME --version 13.6.0")]
    [InlineData(0, "stand_in", "AppHost is built with Aspire then")]
    public async Task It_says_whether_Aspire_is_there_and_what_stands_in(int packages, string status, string? next)
    {
        string[] all =
        [
            "aspire.apphost.sdk",
            "aspire.hosting.apphost",
            "aspire.hosting.redis",
            "aspire.hosting.javascript",
            "aspire.hosting.testing",
        ];
        using var quarry = new QuarryCli();
        quarry.Variables["NUGET_PACKAGES"] = quarry.Folder;
        foreach (var package in all.Take(packages))
            _ = Directory.CreateDirectory(Path.Combine(quarry.Folder, package, "13.6.0"));

        var (_, findings) = await FindingsAsync(quarry);

        var aspire = findings["aspire"];
        Assert.Equal(status, aspire.GetProperty("status").GetString());
        var isReal = next is null;
        Assert.Equal(
            !isReal,
            aspire.GetProperty("found").GetString()!.Contains("Quarry.AppHost.Local runs", StringComparison.Ordinal)
        );
        if (next is not null)
            Assert.Contains(next, aspire.GetProperty("next").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_browser_that_cannot_start_is_missing_with_its_own_words_and_a_page_to_read()
    {
        using var quarry = new QuarryCli();
        quarry.Variables["PUPPETEER_EXECUTABLE_PATH"] = Program(quarry, "chrome", "echo 'no libX11 here' >&2; exit 3");
        var result = await quarry.RunAsync("doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("(?m)^missing   browser   .*no libX11 here", result.Output);
        Assert.Contains("docs/operations/browser-does-not-start.md", result.Output, StringComparison.Ordinal);
    }

    private static string Program(QuarryCli quarry, string name, string script)
    {
        var path = quarry.Scratch(name, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static async Task<(int ExitCode, Dictionary<string, JsonElement> ByPart)> FindingsAsync(
        QuarryCli quarry,
        params string[] more
    )
    {
        var result = await quarry.RunAsync(["doctor", "--format", "json", .. more]);
        var findings = JsonSerializer.Deserialize<JsonElement[]>(result.Output)!;
        return (result.ExitCode, findings.ToDictionary(f => f.GetProperty("part").GetString()!));
    }
}
