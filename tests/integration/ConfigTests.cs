using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry run --config</c>: flags in a file.</summary>
public class ConfigTests
{
    private const string Script =
        "export default ({ emit, job }) => emit.item({ item_type: 'job', data: { job, kind: typeof job.zip } })";

    [Fact]
    public async Task A_file_says_what_the_command_line_does_not()
    {
        using var quarry = new QuarryCli();
        _ = quarry.Scratch("script.mjs", Script);
        _ = quarry.Scratch(
            "quarry.yaml",
            """
            script: script.mjs
            source: from-file
            category: from-file
            storage: data
            policy: streaming
            flush-count: 3
            timeout: 2m
            quiet: true
            format: json
            job:
              url: http://127.0.0.1/
              zip: "01234"
              pages: [1, 2.5, true, null, plain]
            """
        );
        var result = await quarry.RunAsync("run", "--config", "quarry.yaml", "--category", "from-flag");
        Assert.True(result.ExitCode == 0, result.Error);
        var run = JsonSerializer.Deserialize<JsonElement>(result.Output).GetProperty("run");
        Assert.Equal("from-file", run.GetProperty("source").GetString());
        Assert.Equal("from-flag", run.GetProperty("category").GetString());
        Assert.Equal(3, run.GetProperty("policy").GetProperty("flush_count").GetInt32());
        Assert.Equal(120_000, run.GetProperty("limits").GetProperty("wall_clock_ms").GetInt64());
        Assert.Equal(
            """{"url":"http://127.0.0.1/","zip":"01234","pages":[1,2.5,true,null,"plain"]}""",
            JsonSerializer.Serialize(run.GetProperty("job"))
        );
    }

    [Fact]
    public async Task A_job_file_on_the_command_line_replaces_the_job_of_the_file()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        _ = quarry.Scratch("job.json", """{ "from": "flag" }""");
        _ = quarry.Scratch("quarry.yaml", "script: other.mjs\nsource: s\njob: { from: file }\n");
        var result = await quarry.RunAsync(
            "run",
            script,
            "--config",
            "quarry.yaml",
            "--job-file",
            "job.json",
            "--dry-run",
            "--format",
            "json"
        );
        Assert.True(result.ExitCode == 0, result.Error);
        var run = JsonSerializer.Deserialize<JsonElement>(result.Output);
        Assert.Equal("flag", run.GetProperty("job").GetProperty("from").GetString());
        Assert.Equal(script, run.GetProperty("script").GetProperty("path").GetString());
    }

    [Theory]
    [InlineData("sorce: x", "there is no flag 'sorce'. Did you mean 'source'?")]
    [InlineData("max_events: 5", "Did you mean 'max-events'?")]
    [InlineData("config: x", "there is no flag 'config'")]
    [InlineData("timeout: soon", "'soon' is not a duration")]
    [InlineData("source: [a, b]", "line 1: source must have one value")]
    [InlineData("source:", "line 1: source must have one value")]
    [InlineData("- source", "it must be one map of flags")]
    [InlineData("source: a\nsource: b", "line 2: ")]
    [InlineData("job: { a: {b", "cannot be used: line ")]
    public async Task A_file_that_cannot_be_used_is_refused_with_its_name_and_the_reason(string yaml, string reason)
    {
        using var quarry = new QuarryCli();
        _ = quarry.Scratch("quarry.yaml", yaml);
        var script = quarry.Scratch("script.mjs", Script);
        var result = await quarry.RunAsync("run", script, "--config", "quarry.yaml");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("'quarry.yaml'", result.Error, StringComparison.Ordinal);
        Assert.Contains(reason, result.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(quarry.Storage));
    }

    [Theory]
    [InlineData(1024 * 1024, 0)]
    [InlineData(1024 * 1024 + 1, 4)]
    public async Task A_file_may_have_a_mebibyte(int bytes, int exitCode)
    {
        using var quarry = new QuarryCli();
        const string yaml = "source: s\n#";
        _ = quarry.Scratch("quarry.yaml", yaml + new string('x', bytes - yaml.Length));
        var script = quarry.Scratch("script.mjs", Script);
        var result = await quarry.RunAsync("run", script, "--config", "quarry.yaml", "--dry-run");
        Assert.Equal(exitCode, result.ExitCode);
    }

    [Fact]
    public async Task Anchors_that_make_a_large_job_out_of_a_small_file_are_refused()
    {
        using var quarry = new QuarryCli();
        var levels = Enumerable.Range(1, 9).Select(n => $"  a{n}: &a{n} [{Repeated(n)}]");
        _ = quarry.Scratch("quarry.yaml", "source: s\njob:\n  a0: &a0 [x]\n" + string.Join('\n', levels));
        var script = quarry.Scratch("script.mjs", Script);
        var result = await quarry.RunAsync("run", script, "--config", "quarry.yaml");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("job is larger than", result.Error, StringComparison.Ordinal);

        static string Repeated(int n) => string.Join(", ", Enumerable.Repeat($"*a{n - 1}", 10));
    }
}
