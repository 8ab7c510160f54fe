using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Lode;

namespace Quarry.Tests.Integration;

/// <summary><c>quarry reindex</c> as a user calls it.</summary>
public class ReindexTests
{
    [Fact]
    public async Task The_catalogue_is_built_again_unless_somebody_writes_to_the_storage()
    {
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", "export default async function ({ emit }) { await emit.info('x') }");
        for (var n = 1; n <= 3; n++)
            _ = await quarry.RunScriptAsync(script, "{}");
        var done = await quarry.RunAsync("reindex", "--storage", quarry.Storage);
        Assert.Equal((0, $"3 runs in {Path.Combine(quarry.Storage, "catalogue.db")}\n"), (done.ExitCode, done.Output));
        await using var lode = await LodeStore.OpenAsync(
            new() { Root = quarry.Storage },
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
        var refused = await quarry.RunAsync("reindex", "--storage", quarry.Storage);
        Assert.Equal(4, refused.ExitCode);
        Assert.Contains("is being written to by", refused.Error, StringComparison.Ordinal);
    }
}
