using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry run --watch</c>: a new run for each change, also while one runs.</summary>
public class WatchTests
{
    [Fact]
    public async Task A_change_makes_a_new_run_and_a_signal_ends_the_watching()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Emits(1));
        using var watching = Watch(quarry, script);
        await UntilWatchingAsync(watching);

        File.WriteAllText(script, Emits(2));
        await UntilWatchingAsync(watching);
        await EndAsync(watching);

        Assert.Equal(["success", "success"], await OutcomesAsync(quarry));
    }

    [Fact]
    public async Task A_change_in_mid_run_cancels_that_run()
    {
        using var quarry = new QuarryCli();
        var waits = "export default () => { console.log('up'); return new Promise(() => {}) }";
        var script = quarry.Scratch("script.mjs", waits);
        using var watching = Watch(quarry, script);
        await UntilAsync(watching, "up");

        File.WriteAllText(script, Emits(2));
        await UntilWatchingAsync(watching);
        await EndAsync(watching);

        Assert.Equal(["canceled", "success"], await OutcomesAsync(quarry));
    }

    [Fact]
    public async Task A_run_id_with_watch_is_refused()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Emits(1));
        var result = await quarry.RunAsync("run", script, "--source", "w", "--run-id", "one", "--watch");
        Assert.Equal(4, result.ExitCode);
        Assert.Contains("--run-id names one run, --watch makes many", result.Error, StringComparison.Ordinal);
    }

    private static string Emits(int n) =>
        $"export default ({{ emit }}) => emit.item({{ item_type: 'n', data: {{ n: {n} }} }})";

    private static Process Watch(QuarryCli quarry, string script) =>
        quarry.Start("run", script, "--source", "w", "--storage", quarry.Storage, "--watch");

    private static Task UntilWatchingAsync(Process process) => UntilAsync(process, "watching for changes");

    private static async Task UntilAsync(Process process, string text)
    {
        using var limited = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await process.StandardError.ReadLineAsync(limited.Token) is { } line)
        {
            if (line.Contains(text, StringComparison.Ordinal))
                return;
        }
        Assert.Fail($"quarry ended before it said '{text}'");
    }

    private static async Task EndAsync(Process process)
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
    }

    private static async Task<string?[]> OutcomesAsync(QuarryCli quarry)
    {
        var list = await quarry.RunAsync("list", "runs", "--storage", quarry.Storage, "--format", "json");
        return
        [
            .. JsonSerializer
                .Deserialize<JsonElement>(list.Output)
                .EnumerateArray()
                .OrderBy(r => r.GetProperty("run_id").GetString(), StringComparer.Ordinal)
                .Select(r => r.GetProperty("outcome").GetString()),
        ];
    }
}
