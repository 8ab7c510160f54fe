namespace Quarry.Tests.Integration;

/// <summary>A buffered run that is a hundred times its bound.</summary>
public class MillionItemsTests
{
    private const string Script = """
        export default async function ({ emit, job }) {
          for (let n = 1; n <= job.items; n++) await emit.item({ item_type: 'n', data: { n } })
        }
        """;

    [Fact]
    public async Task A_million_items_go_through_a_bound_of_ten_thousand_and_none_is_dropped()
    {
        using var quarry = new QuarryCli();
        string[] policy = ["--policy", "buffered", "--max-events", "10000"];
        var report = await quarry.RunScriptAsync(
            quarry.Scratch("script.mjs", Script),
            """{"items": 1000000}""",
            policy
        );
        Assert.Equal("success", report.GetProperty("run").GetProperty("outcome").GetString());
        var proof = report.GetProperty("proof");
        Assert.True(proof.GetProperty("complete").GetBoolean(), proof.ToString());
        Assert.Equal(0, proof.GetProperty("dropped").GetInt64());
        Assert.Equal(1_000_000, proof.GetProperty("by_type").GetProperty("item").GetInt64());
        var rows = DuckDb.Query(
            quarry.Storage,
            "select count(*), min(seq), max(seq), count(distinct (payload->'$.data.n')::bigint) from $files where event_type = 'item'"
        );
        Assert.Equal([1_000_000L, 1L, 1_000_000L, 1_000_000L], rows[0]);
    }
}
