using System.Text.RegularExpressions;

namespace Quarry.Tests.Integration;

/// <summary>The queries of docs/guides/data.md run as they stand.</summary>
public partial class DataGuideTests
{
    private const string Script = """
        export default async function ({ emit }) {
          await emit.item({ item_type: 'book', data: { title: 'B', price: 12.5 } })
          await emit.item({ item_type: 'book', data: { title: 'A', price: 3 } })
          await emit.info('a line')
          await emit.item({ item_type: 'book', data: { title: 'A', price: 4 } })
          await emit.artifact({ name: 'x.parquet.txt', content_type: 'text/plain', data: Buffer.from('x') })
        }
        """;

    [Fact]
    public async Task The_queries_of_the_guide_answer()
    {
        using var quarry = new QuarryCli();
        _ = await quarry.RunScriptAsync(quarry.Scratch("script.mjs", Script), "{}", []);
        var guide = await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "docs/guides/data.md"));
        var queries = SqlBlocks()
            .Matches(guide)
            .Select(m => m.Groups["query"].Value.Replace("quarry-data", quarry.Storage))
            .ToList();
        Assert.Equal(4, queries.Count);
        var counts = DuckDb.Query(quarry.Storage, queries[0]).ToDictionary(r => (string)r[1]!, r => (long)r[2]!);
        Assert.Equal((3L, 1L, 1L, 1L), (counts["item"], counts["log"], counts["artifact"], counts["run_complete"]));
        Assert.Equal(6, counts.Values.Sum());
        var last = DuckDb.Query(quarry.Storage, queries[1])[^1];
        Assert.Equal(["0", "0", "0"], last[2..]);
        var books = DuckDb.Query(quarry.Storage, queries[2]);
        Assert.Equal(["B", "A", "A"], books.Select(b => b[2]));
        Assert.Equal([12.5m, 3m, 4m], books.Select(b => b[3]));
        var newest = DuckDb.Query(quarry.Storage, queries[3]);
        Assert.Equal(["A", "B"], newest.Select(n => n[0]));
    }

    [GeneratedRegex("```sql\n(?<query>.*?)```", RegexOptions.Singleline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex SqlBlocks();
}
