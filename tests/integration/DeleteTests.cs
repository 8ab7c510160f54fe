using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary>What the command line deletes, and what it says of it.</summary>
public class DeleteTests
{
    private const string Script = """
        export default async function ({ emit }) {
          for (let n = 1; n <= 3; n++) await emit.item({ item_type: 'n', data: { n } })
        }
        """;

    [Fact]
    public async Task A_run_is_deleted_with_apply_only_and_its_record_says_so()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        _ = await quarry.RunScriptAsync(script, """{"secret": 1}""", "--run-id", "d1");
        _ = await quarry.RunScriptAsync(script, "{}", "--run-id", "d2");
        var dry = await quarry.RunAsync("delete", "run", "d1", "--storage", quarry.Storage);
        Assert.Equal(0, dry.ExitCode);
        Assert.Contains("1 runs would be deleted for good. Delete with --apply.", dry.Output, StringComparison.Ordinal);
        Assert.Equal(8L, Rows(quarry));
        var applied = await quarry.RunAsync("delete", "run", "d1", "--storage", quarry.Storage, "--apply");
        Assert.Equal((0, 4L), (applied.ExitCode, Rows(quarry)));
        Assert.Contains("1 runs deleted", applied.Output, StringComparison.Ordinal);
        var verified = await quarry.RunAsync("verify", "d1", "--storage", quarry.Storage);
        Assert.Equal(1, verified.ExitCode);
        Assert.Contains("Deleted on", verified.Output, StringComparison.Ordinal);
        var listed = await quarry.RunAsync("list", "runs", "--storage", quarry.Storage);
        Assert.Contains("deleted", listed.Output, StringComparison.Ordinal);
        var inspected = await quarry.RunAsync("inspect", "run", "d1", "--storage", quarry.Storage);
        Assert.Contains("It had 4 events", inspected.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await quarry.RunAsync("verify", "d2", "--storage", quarry.Storage)).ExitCode);
        Assert.DoesNotContain(
            Directory.GetFiles(quarry.Storage, "*", SearchOption.AllDirectories),
            file => File.ReadAllText(file).Contains("\"secret\"", StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task Runs_of_a_source_are_deleted_when_they_are_old_enough()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        _ = await quarry.RunScriptAsync(script, "{}", "--run-id", "d1");
        _ = await quarry.RunScriptAsync(script, "{}", "--run-id", "d2");
        Assert.Equal(0, await DeletedAsync(quarry, "test", "30d"));
        Assert.Equal(0, await DeletedAsync(quarry, "other", "0s"));
        Assert.Equal(2, await DeletedAsync(quarry, "test", "0s"));
        Assert.Equal(0, await DeletedAsync(quarry, "test", "0s"));
        var wrong = await quarry.RunAsync(
            "delete",
            "source",
            "test",
            "--older-than",
            "old",
            "--storage",
            quarry.Storage
        );
        Assert.Equal(4, wrong.ExitCode);
        Assert.Contains("'old' is not a duration", wrong.Error, StringComparison.Ordinal);
    }

    private static long Rows(QuarryCli quarry) =>
        (long)DuckDb.Query(quarry.Storage, "select count(*) from $files where record_kind = 'event'")[0][0]!;

    private static async Task<int> DeletedAsync(QuarryCli quarry, string source, string olderThan)
    {
        var result = await quarry.RunAsync([
            "delete",
            "source",
            source,
            "--older-than",
            olderThan,
            "--storage",
            quarry.Storage,
            "--apply",
            "--format",
            "json",
        ]);
        Assert.True(result.ExitCode == 0, result.Error);
        return JsonSerializer.Deserialize<JsonElement>(result.Output).GetProperty("runs").GetArrayLength();
    }
}
