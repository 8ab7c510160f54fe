using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary>kill -9 in mid-run: what the script was told is durable is there once, and the run has an honest end.</summary>
public class KilledCliTests
{
    private const string Script = """
        import { appendFileSync } from 'node:fs'
        export default async function ({ emit, job }) {
          for (let n = 1; n <= 1_000_000; n++) {
            await emit.item({ item_type: 'n', data: { n } })
            if (n % 50 === 0) { await emit.flush(); appendFileSync(job.ledger, `${n}\n`) }
          }
        }
        """;

    [Theory]
    [InlineData("strict")]
    [InlineData("buffered")]
    [InlineData("streaming")]
    public async Task After_kill_9_everything_acknowledged_is_there_once_and_the_run_is_lost(string policy)
    {
        using var quarry = new QuarryCli();
        var ledger = quarry.Scratch("ledger", "");
        var script = quarry.Scratch("script.mjs", Script);
        var job = JsonSerializer.Serialize(new { ledger });
        string[] flush = policy == "streaming" ? ["--flush-count", "20", "--flush-interval", "50ms"] : [];
        using (
            var process = quarry.Start([
                "run",
                script,
                "--source",
                "killed",
                "--run-id",
                "k1",
                "--storage",
                quarry.Storage,
                "--job",
                job,
                "--policy",
                policy,
                .. flush,
            ])
        )
        {
            await GrownAsync(ledger, 2_000);
            process.Kill();
            await process.WaitForExitAsync();
        }
        await GoneAsync(script);
        var acknowledged = long.Parse(File.ReadAllLines(ledger)[^1]);
        var verified = await quarry.RunAsync("verify", "k1", "--storage", quarry.Storage, "--format", "json");
        var proof = JsonSerializer.Deserialize<JsonElement>(verified.Output);
        Assert.True(proof.GetProperty("complete").GetBoolean(), verified.Output);
        Assert.Equal("lost", proof.GetProperty("outcome").GetString());
        Assert.True(
            proof.GetProperty("stored").GetInt64() >= acknowledged,
            $"{acknowledged} acknowledged\n{verified.Output}"
        );
    }

    /// <summary>Waits until no process names the script: the executor ends by itself when its runtime is gone.</summary>
    private static async Task GoneAsync(string script)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (Processes().Any(commandLine => commandLine.Contains(script, StringComparison.Ordinal)))
            _ = await timer.WaitForNextTickAsync(limit.Token);
    }

    private static IEnumerable<string> Processes()
    {
        foreach (
            var folder in Directory.EnumerateDirectories("/proc").Where(p => int.TryParse(Path.GetFileName(p), out _))
        )
        {
            string text;
            try
            {
                text = File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (IOException)
            {
                continue;
            }
            yield return text;
        }
    }

    private static async Task GrownAsync(string file, long bytes)
    {
        var grown = new TaskCompletionSource();
        using var watcher = new FileSystemWatcher(Path.GetDirectoryName(file)!, Path.GetFileName(file));
        watcher.Changed += (_, _) =>
        {
            if (new FileInfo(file).Length >= bytes)
                _ = grown.TrySetResult();
        };
        watcher.EnableRaisingEvents = true;
        await grown.Task.WaitAsync(TimeSpan.FromMinutes(2));
    }
}
