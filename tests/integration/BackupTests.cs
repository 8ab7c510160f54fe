using System.Text.Json;
using System.Text.RegularExpressions;

namespace Quarry.Tests.Integration;

/// <summary>A storage is copied while runs are written, restored elsewhere, and everything in it is proved.</summary>
public partial class BackupTests
{
    private const int Writers = 2;

    /// <summary>Items, artifacts and files until it is told to end, each acknowledged before the next; it tells how far it is.</summary>
    private const string Script = """
        import { existsSync, writeFileSync } from 'node:fs'
        export default async function ({ emit, job, storage }) {
          for (let n = 1; n <= job.least || !existsSync(job.stop); n++) {
            await emit.item({ item_type: 'number', data: { n } })
            await emit.artifact({ name: `a-${n}.bin`, content_type: 'application/octet-stream', data: Buffer.alloc(n, n) })
            await storage.put({ filename: `f-${n}.txt`, content_type: 'text/plain', data: Buffer.from(`${n}`) })
            await emit.flush()
            writeFileSync(job.told, `${n}`)
          }
        }
        """;

    [Fact]
    public async Task A_copy_that_is_made_while_runs_are_written_holds_all_that_was_acknowledged_before()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        _ = await quarry.RunScriptAsync(
            script,
            Job(quarry, "finished", least: 3, quarry.Folder),
            "--run-id",
            "finished"
        );
        var stop = Path.Combine(quarry.Folder, "stop");
        var going = Enumerable
            .Range(1, Writers)
            .Select(n =>
                quarry.RunScriptAsync(script, Job(quarry, $"writer-{n}", least: 1, stop), "--run-id", $"going-{n}")
            )
            .ToList();
        foreach (var n in Enumerable.Range(1, Writers))
            await UntilAsync(() => Told(quarry, $"writer-{n}") >= 3);
        var before = Enumerable.Range(1, Writers).ToDictionary(n => $"going-{n}", n => Told(quarry, $"writer-{n}"));

        var backup = Path.Combine(quarry.Folder, "backup");
        var made = await quarry.RunAsync("backup", "--storage", quarry.Storage, "--to", backup);
        File.WriteAllText(stop, "");
        _ = await Task.WhenAll(going);
        Assert.Equal("", made.Error);
        Assert.Matches(@"^3 runs in \d+ files, .* are in .*backup\. How to bring them back: ", made.Output);
        var restored = Path.Combine(quarry.Folder, "restored");
        Directory.Move(backup, restored);
        var reindexed = await quarry.RunAsync("reindex", "--storage", restored);
        Assert.StartsWith("3 runs in ", reindexed.Output, StringComparison.Ordinal);
        foreach (var (runId, items) in before)
            await AssertProvedAsync(quarry, restored, runId, "lost", items);
        await AssertProvedAsync(quarry, restored, "finished", "success", 3);
    }

    [Fact]
    public async Task A_backup_is_not_mixed_with_what_is_there()
    {
        using var quarry = new QuarryCli();
        _ = await quarry.RunScriptAsync(quarry.Scratch("script.mjs", "export default async () => {}"), "{}");
        var full = await quarry.RunAsync("backup", "--storage", quarry.Storage, "--to", quarry.Folder);
        Assert.Equal(4, full.ExitCode);
        Assert.Contains("is not empty", full.Error, StringComparison.Ordinal);
        var inside = await quarry.RunAsync("backup", "--storage", quarry.Storage, "--to", quarry.Storage + "/b");
        Assert.Contains("lies in the storage itself", inside.Error, StringComparison.Ordinal);
    }

    private static async Task AssertProvedAsync(QuarryCli quarry, string root, string runId, string outcome, int items)
    {
        var proved = await quarry.RunAsync("verify", runId, "--storage", root);
        Assert.True(proved.ExitCode == 0, proved.Output + proved.Error);
        Assert.Contains($"  {outcome}  COMPLETE", proved.Output, StringComparison.Ordinal);
        var asked = await quarry.RunAsync(
            "query",
            $"select count(*) as n from events where run_id = '{runId}' and item_type = 'number'",
            "--storage",
            root,
            "--format",
            "json"
        );
        var kept = int.Parse(
            FirstNumber().Match(asked.Output[asked.Output.IndexOf("\"n\"", StringComparison.Ordinal)..]).Value
        );
        Assert.True(kept >= items, $"{runId}: {kept} of {items} items are in the copy");
    }

    private static string Job(QuarryCli quarry, string name, int least, string stop) =>
        JsonSerializer.Serialize(
            new
            {
                told = Path.Combine(quarry.Folder, name),
                least,
                stop,
            }
        );

    private static int Told(QuarryCli quarry, string name)
    {
        var path = Path.Combine(quarry.Folder, name);
        return File.Exists(path) && int.TryParse(File.ReadAllText(path), out var n) ? n : 0;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        // Another process writes: the change can only be looked for.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!condition())
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"\d+")]
    private static partial Regex FirstNumber();
}
