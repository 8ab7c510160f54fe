using Grpc.Core;
using Quarry.Lode.Faults;
using Quarry.Lode.Maintenance;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Faults;

/// <summary>
/// D1, D4, D6: a real Lode writer dies at each step of append, slot, close, settle and the deletions, and the next one goes on:
/// everything acknowledged is there once, and gc finds nothing that nobody names.
/// </summary>
public sealed class FaultPointTests(ITestOutputHelper output) : IDisposable
{
    private const int Events = 150;
    private readonly TemporaryFolder folder = new();

    /// <summary>Small bounds, so that a short run passes every point.</summary>
    private static Dictionary<string, string> Settings { get; } =
        new()
        {
            ["DOTNET_ENVIRONMENT"] = "Development",
            ["Lode__SlotEvents"] = "50",
            ["Lode__JournalSegmentBytes"] = "65536",
            ["Lode__WalGraceMinutes"] = "0",
        };

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Dying_at_any_step_loses_nothing_and_stores_nothing_twice()
    {
        var clients = new List<RunClient>();
        foreach (var point in FaultPoint.All)
        {
            var client = new RunClient($"run-{point}", seed: 1);
            await DieAtAsync(point, client);
            await using var next = await LodeWriterProcess.StartAsync(folder.Path, Settings);
            if (!await client.IsDoneAsync(next.Http))
            {
                Assert.True(await client.AppendToAsync(next.Grpc, Events, () => { }));
                await client.CloseAsync(next.Grpc);
            }
            output.WriteLine($"{point}: {await client.CompareAsync(next.Http)}");
            Assert.Equal(0, await next.StopAsync());
            clients.Add(client);
        }
        await CollectAsync();
        await using var last = await LodeWriterProcess.StartAsync(folder.Path, Settings);
        foreach (var client in clients)
            _ = await client.CompareAsync(last.Http);
    }

    [Theory]
    [InlineData("Production", "slot.rows", "DOTNET_ENVIRONMENT is not 'Development'")]
    [InlineData("Development", "no.point", "must be one of append.received")]
    public async Task A_point_is_refused_in_production_and_when_it_is_unknown(string where, string point, string reason)
    {
        var settings = new Dictionary<string, string>(Settings)
        {
            ["DOTNET_ENVIRONMENT"] = where,
            [FaultPoint.Variable] = point,
        };
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            LodeWriterProcess.StartAsync(folder.Path, settings)
        );
        Assert.Contains(reason, refused.Message);
    }

    /// <summary>Writes the whole run to a writer that dies on the way, or after it.</summary>
    private async Task DieAtAsync(string point, RunClient client)
    {
        var settings = new Dictionary<string, string>(Settings) { [FaultPoint.Variable] = point };
        await using var writer = await LodeWriterProcess.StartAsync(folder.Path, settings);
        try
        {
            if (await client.AppendToAsync(writer.Grpc, Events, () => { }))
                await client.CloseAsync(writer.Grpc);
        }
        catch (RpcException e)
        {
            output.WriteLine($"{point}: {e.StatusCode}");
        }
        await writer.Ended;
    }

    /// <summary>Collects what the dead left, long after; what is nobody's then is gone.</summary>
    private async Task CollectAsync()
    {
        var store = ObjectStores.Open(folder.Path, TimeProvider.System);
        var collector = new GarbageCollector(store, new() { Root = folder.Path, WalGraceMinutes = 0 }, new Later());
        var removed = await collector.RunAsync(isDryRun: false, (_, _) => { }, default);
        output.WriteLine($"gc removed {removed.Items.Count}: {string.Join(", ", removed.Items.Select(i => i.Reason))}");
        Assert.Empty((await collector.RunAsync(isDryRun: true, (_, _) => { }, default)).Items);
    }

    /// <summary>A clock past every grace period.</summary>
    private sealed class Later : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() =>
            base.GetUtcNow() + GarbageCollector.RunGrace + GarbageCollector.PutGrace;
    }
}
