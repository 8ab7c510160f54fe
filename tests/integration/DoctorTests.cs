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
        var result = await quarry.RunAsync("doctor");
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("(?m)^missing   executor  .*silent.mjs --check' did not answer", result.Output);
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
