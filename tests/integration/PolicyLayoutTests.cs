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
        string[][] policies =
        [
            ["strict"],
            ["buffered"],
            ["streaming", "--flush-count", "100", "--flush-interval", "1s"],
        ];
        foreach (var policy in policies)
        {
            var report = await quarry.RunScriptAsync(script, "{}", ["--run-id", policy[0], "--policy", .. policy]);
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
}
