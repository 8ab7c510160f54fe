using System.Globalization;
using System.Text.Json;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// Runs that emit until they are told to end, each with a ledger outside of everything: how many of its items it was
/// told are durable. Every kill hits all of them.
/// </summary>
internal sealed class LedgeredRuns(RunnerStack stack, ITestOutputHelper output)
{
    /// <summary>Bursts of different sizes, so that kills meet appends of every size.</summary>
    private const string Script = """
        import { appendFileSync, existsSync } from 'node:fs'
        import { setTimeout } from 'node:timers/promises'
        export default async function ({ emit, job, signal }) {
          for (let n = 0, burst = 1; !existsSync(job.end) && !signal.aborted; burst = burst % 7 + 1) {
            for (let last = n + burst; n < last; ) await emit.item({ item_type: 'n', data: { n: ++n } })
            await emit.flush({ timeoutMs: 120_000 })
            appendFileSync(job.ledger, `${n}\n`)
            await setTimeout(5)
          }
        }
        """;

    private readonly List<(string RunId, string Ledger)> runs = [];

    private string End => Path.Combine(stack.Scripts, "end");

    /// <summary>Items of all runs that were said to be durable.</summary>
    public long Acknowledged => runs.Sum(run => AcknowledgedOf(run.Ledger));

    /// <summary>Launches one run for each of some policies, and waits until each has items that are durable.</summary>
    public async Task LaunchAsync(params object[] policies)
    {
        var first = runs.Count;
        foreach (var policy in policies)
            runs.Add(await LaunchAsync($"s{runs.Count}", policy));
        foreach (var (runId, ledger) in runs.Skip(first))
            await RunnerTests.UntilAsync(async () => AcknowledgedOf(ledger) > 0 || await IsDoneAsync(runId));
    }

    /// <summary>Waits until so many more items are durable, over all runs.</summary>
    public Task GrowAsync(int items)
    {
        var target = Acknowledged + items;
        return RunnerTests.UntilAsync(() => Task.FromResult(Acknowledged >= target));
    }

    /// <summary>Tells the scripts to end.</summary>
    public void Stop() => File.WriteAllText(End, "");

    /// <summary>Waits for every run's end and compares it with its ledger: nothing lost, nothing twice.</summary>
    public async Task CheckAsync(RunOutcome outcome)
    {
        foreach (var (runId, ledger) in runs)
        {
            var run = await stack.UntilDoneAsync(runId);
            Assert.Equal(outcome, run.Outcome);
            var stored = await StoredAsync(runId);
            var acknowledged = AcknowledgedOf(ledger);
            output.WriteLine($"{run.Policy.Name} {runId}: {acknowledged} acknowledged, {stored.Count} stored");
            Assert.Equal(Enumerable.Range(1, stored.Count), stored);
            Assert.True(stored.Count >= acknowledged, $"{runId}: {acknowledged} acknowledged, {stored.Count} stored");
            if (outcome == RunOutcome.Success)
                Assert.Equal(acknowledged, stored.Count);
            var proof = await stack.VerifyAsync(runId);
            Assert.True(proof.Complete, JsonSerializer.Serialize(proof));
        }
    }

    private async Task<(string RunId, string Ledger)> LaunchAsync(string source, object policy)
    {
        var ledger = Path.Combine(stack.Scripts, $"{source}.ledger");
        var script = stack.Script("ledgered.mjs", Script);
        var job = new { ledger, end = End };
        var run = await stack.LaunchAsync(
            new
            {
                script,
                source,
                policy,
                job,
            }
        );
        return (run.RunId, ledger);
    }

    /// <summary>A run that has ended before it was told to will emit nothing more.</summary>
    private async Task<bool> IsDoneAsync(string runId)
    {
        var run = await stack.FindAsync(runId);
        Assert.False(run is { IsDone: true }, $"{runId} has ended as {run?.Outcome}: {run?.Message}");
        return false;
    }

    private async Task<List<int>> StoredAsync(string runId) =>
        [
            .. (await stack.EventsAsync(runId, "item")).Select(e =>
                e.Payload.GetProperty("data").GetProperty("n").GetInt32()
            ),
        ];

    private static long AcknowledgedOf(string ledger)
    {
        if (!File.Exists(ledger))
            return 0;
        // The last line may be half written.
        var lines = File.ReadAllText(ledger).Split('\n');
        return lines.Length < 2 ? 0 : long.Parse(lines[^2], CultureInfo.InvariantCulture);
    }
}
