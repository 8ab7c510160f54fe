namespace Quarry.Tests.Integration;

/// <summary><c>emit.flush()</c> through the command line, with the real executor.</summary>
public class FlushTests
{
    private const string Script = """
        export default async function ({ emit }) {
          await emit.item({ item_type: 'n', data: { n: 1 } })
          await emit.flush({ timeoutMs: 30_000 })
          await emit.item({ item_type: 'n', data: { n: 2 } })
        }
        """;

    [Theory]
    [InlineData("strict")]
    [InlineData("buffered")]
    [InlineData("streaming", "--flush-count", "1000")]
    public async Task A_script_that_flushes_and_emits_nothing_goes_on_under_every_policy(params string[] policy)
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("flush.mjs", Script);
        var report = await quarry.RunScriptAsync(script, "{}", ["--policy", .. policy]);
        var run = report.GetProperty("run");
        Assert.Equal("success", run.GetProperty("outcome").GetString());
        Assert.Equal(3, run.GetProperty("seq_durable").GetInt64());
    }
}
