using System.Text.Json;
using Quarry.Lode.Read;
using Quarry.Lode.Stores;
using Quarry.Tests.Compliance.ObjectStores;

[assembly: AssemblyFixture(typeof(RadosGateway))]

namespace Quarry.Tests.Integration;

/// <summary>A run whose data lies in a bucket: through the command line, from start to proof.</summary>
public sealed class RemoteStorageTests(RadosGateway gateway)
{
    // Of this test alone: what a run left behind is found, and ended, by its id.
    private const string RunId = "run-on-s3";

    private const string Script = """
        export default async function ({ emit, storage }) {
          for (let n = 1; n <= 6_000; n++) await emit.item({ item_type: 'n', data: { n } })
          await emit.artifact({ name: 'big.bin', content_type: 'x/y', data: Buffer.alloc(20 * 1024 * 1024, 7) })
          await storage.put({ filename: 'page.html', content_type: 'text/html', data: Buffer.from('<p>') })
          await emit.runComplete()
        }
        """;

    [Fact]
    public async Task A_run_on_s3_is_stored_proven_listed_and_read_from_another_folder()
    {
        var bucket = await gateway.NewBucketAsync();
        var storage = gateway.Address(bucket, "team/data");
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        string[] where = ["--storage", storage];
        var ran = await quarry.RunAsync(["run", script, "--source", "test", "--run-id", RunId, "--quiet", .. where]);
        Assert.True(ran.ExitCode == 0, ran.Output + ran.Error);
        Assert.Contains($"s3://{bucket}/team/data/datasets/quarry/partitions/source=test", ran.Output);
        Assert.Contains($"--storage '{storage}'", ran.Output);

        using var elsewhere = new QuarryCli();
        var verified = await elsewhere.RunAsync(["verify", RunId, "--format", "json", .. where]);
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        var proof = JsonSerializer.Deserialize<JsonElement>(verified.Output);
        Assert.True(proof.GetProperty("complete").GetBoolean(), verified.Output);
        Assert.True(proof.GetProperty("settled").GetBoolean(), verified.Output);
        Assert.Contains(RunId, (await elsewhere.RunAsync(["list", "runs", .. where])).Output);
        var inspected = await elsewhere.RunAsync(["inspect", "run", RunId, .. where]);
        Assert.Contains("page.html", inspected.Output);
        await ReadAsync(storage);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_exit_code_3_and_the_next_step()
    {
        _ = await gateway.NewBucketAsync();
        using var quarry = new QuarryCli();
        var script = quarry.Scratch("script.mjs", Script);
        var ran = await quarry.RunAsync("run", script, "--source", "t", "--storage", gateway.Address("no-such-bucket"));
        Assert.Equal(3, ran.ExitCode);
        Assert.Contains("Create the folder, bucket or container", ran.Error);
    }

    private static async Task ReadAsync(string storage)
    {
        var store = ObjectStores.Open(storage, TimeProvider.System);
        using var closing = (IDisposable)store;
        var reader = new LodeReader(store);
        var run = (await reader.FindRunAsync(RunId, default))!;
        var items = await reader.EventsAsync(run, "item", 0, default).Select(e => e.Seq).ToListAsync();
        Assert.Equal(Enumerable.Range(1, 6_000).Select(n => (long)n), items);
        var artifact = Assert.Single(await reader.ArtifactsAsync(run, default));
        await using var bytes = (await store.OpenReadAsync(artifact.Key, default))!;
        Assert.Equal(20 * 1024 * 1024, bytes.Length);
        bytes.Position = bytes.Length - 3;
        var tail = new byte[3];
        await bytes.ReadExactlyAsync(tail);
        Assert.Equal([7, 7, 7], tail);
        var parquet = await store
            .ListAsync("datasets/quarry/partitions/", default)
            .Where(k => k.EndsWith(".parquet", StringComparison.Ordinal))
            .ToListAsync();
        Assert.Equal(
            ["artifact", "item", "metrics", "run", "run_complete"],
            parquet.Select(k => k.Split("event_type=")[1].Split('/')[0]).Order(StringComparer.Ordinal)
        );
    }
}
