namespace Quarry.Tests.Integration;

/// <summary>Switching the policy changes nothing else: same rows, same order, same layout.</summary>
public class PolicyLayoutTests
{
    private const string Script = """
        export default async function ({ emit }) {
          for (let n = 1; n <= 3000; n++) {
            await emit.item({ item_type: 'n', data: { n } })
            if (n % 10 === 0) await emit.info('progress', { n })
          }
        }
        """;

    [Fact]
    public async Task Every_policy_stores_equal_rows_in_an_equal_layout()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        foreach (var (policy, options) in Policies)
        {
            var report = await quarry.RunScriptAsync(
                script,
                "{}",
                ["--run-id", policy, "--policy", policy, .. options]
            );
            Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
        }
        var rows = DuckDb.Query(
            quarry.Storage,
            "select run_id, count(*), count(distinct seq), max(seq), md5(string_agg(event_type || payload, '|' order by seq)) "
                + "from $files where record_kind = 'event' group by run_id order by run_id"
        );
        Assert.Equal(3, rows.Count);
        Assert.All(rows, row => Assert.Equal(rows[0][1..], row[1..]));
        Assert.Equal(3301L, rows[0][1]);
    }

    /// <summary>Writes the same frames in every run, times and ids included.</summary>
    private static string Recorded =>
        $$"""
            import { createInterface } from 'node:readline'
            import { writeSync } from 'node:fs'
            import { encode } from '{{Checkout.Root}}/node_modules/@msgpack/msgpack/dist.esm/index.mjs'
            const line = await new Promise((resolve) => createInterface({ input: process.stdin }).once('line', resolve))
            const { run_id, attempt } = JSON.parse(line)
            const frame = (value) => {
              const bytes = Buffer.from(encode(value))
              const prefix = Buffer.alloc(4)
              prefix.writeUInt32BE(bytes.length)
              writeSync(1, Buffer.concat([prefix, bytes]))
            }
            let seq = 0
            const event = (type, payload) =>
              frame({ contract_version: '1.0.0', event_id: `e${++seq}`, run_id, seq, type, attempt, payload,
                ts: new Date(Date.UTC(2026, 0, 2, 3, 4, 5, seq)).toISOString() })
            for (let n = 1; n <= 500; n++) {
              event('item', { item_type: n % 3 ? 'book' : 'offer', data: { n, price: n / 7, title: 'ü 🚀' } })
              if (n % 10 === 0) event('checkpoint', { checkpoint_id: `c${n}`, state: { n } })
            }
            event('run_complete', { summary: { seq } })
            frame({ type: 'run_result', outcome: { status: 'completed' } })
            process.exit(0)
            """;

    private static (string Name, string[] Options)[] Policies =>
        [("strict", []), ("buffered", []), ("streaming", ["--flush-count", "100", "--flush-interval", "1s"])];

    [Fact]
    public async Task Recorded_frames_settle_to_rows_that_are_equal_but_for_policy_and_commit()
    {
        var stored = new List<List<object?[]>>();
        foreach (var (policy, options) in Policies)
        {
            using var quarry = new QuarryCli();
            var executor = quarry.Scratch("recorded.mjs", Recorded);
            var script = quarry.Scratch("script.mjs", "export default async function () {}");
            var report = await quarry.RunScriptAsync(
                script,
                "{}",
                ["--run-id", "r", "--executor", executor, "--policy", policy, .. options]
            );
            Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
            stored.Add(
                DuckDb.Query(
                    quarry.Storage,
                    "select * exclude (policy, ingest_ts, day) from $files "
                        + "where record_kind in ('event', 'artifact_event') order by seq"
                )
            );
            var policies = DuckDb.Query(quarry.Storage, "select distinct policy from $files");
            Assert.Equal(policy, Assert.Single(policies)[0]);
        }
        Assert.Equal(551, stored[0].Count);
        Assert.All(stored, rows => Assert.Equal(stored[0], rows));
    }
}
