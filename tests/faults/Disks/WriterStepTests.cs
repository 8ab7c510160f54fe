using Grpc.Core;
using Quarry.Lode.Maintenance;
using Quarry.Lode.Stores;
using Quarry.Tests.Unit;

namespace Quarry.Tests.Faults.Disks;

/// <summary>
/// D1, D2, D4, LODE-20: real Lode writers on one storage, one after another, each with a fault at another step of
/// another run. The next one recovers what it left; the last one ends all runs, and all are there once.
/// </summary>
public class WriterStepTests(ITestOutputHelper output)
{
    private const int Events = 120;
    private const int TriesMax = 3;
    private const int NoSpace = 28;
    private const int BadDisk = 5;
    private const int Killed = 137;
    private static readonly TimeSpan Cap = TimeSpan.FromSeconds(60);

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["Lode__JournalSegmentBytes"] = "65536",
        ["Lode__WalGraceMinutes"] = "0",
    };

    [Fact]
    public async Task A_writer_killed_at_any_step_loses_nothing_and_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        var clients = new List<RunClient>();
        foreach (var fault in Kills())
        {
            output.WriteLine(fault.ToString());
            await DieAsync(folder, fault, Client(clients));
        }
        await EndAllAsync(folder, clients);
    }

    [Fact]
    public async Task A_disk_that_fails_or_is_full_at_any_step_loses_nothing_and_is_named()
    {
        using var folder = new TemporaryFolder();
        var clients = new List<RunClient>();
        foreach (var (fault, told) in Failures())
        {
            output.WriteLine(fault.ToString());
            var client = Client(clients);
            await using var writer = await StartAsync(folder, fault.Of(client.Run.RunId));
            var answers = new List<string>();
            while (await TryAsync(client, writer) is { } refusal)
            {
                answers.Add(refusal);
                Assert.True(answers.Count < TriesMax, string.Join('\n', answers));
            }
            await writer.SaysAsync("fault: ").WaitAsync(Cap, TestContext.Current.CancellationToken);
            if (told.Length > 0)
                Assert.Contains(answers, a => a.Contains(told, StringComparison.Ordinal));
            if (fault.Pattern.EndsWith(".journal", StringComparison.Ordinal))
                Assert.DoesNotContain("again: ", writer.Output, StringComparison.Ordinal);
            Assert.DoesNotContain("Unhandled exception", writer.Output, StringComparison.Ordinal);
        }
        await EndAllAsync(folder, clients);
    }

    [Theory]
    [InlineData("wal", "stop-before")]
    [InlineData("commits", "stop-before")]
    [InlineData("commits", "stop-after")]
    public async Task A_writer_that_was_frozen_in_a_commit_is_fenced_and_nothing_is_there_twice(string part, string how)
    {
        using var folder = new TemporaryFolder();
        var committed = new Dictionary<string, string> { ["Lode__DurablePoint"] = "Committed" };
        var fault = new DiskFault($"frozen at the {part}", "link", $"*/{part}/*", 2, how);
        await using var frozen = await StartAsync(folder, fault, committed);
        var first = new RunClient("run-1", Seeds.Next(output)) { HasArtifacts = false };
        var appending = first.AppendToAsync(frozen.Grpc, Events, () => { });
        await frozen.SaysAsync("fault: ").WaitAsync(Cap, TestContext.Current.CancellationToken);
        await using var next = await StartAsync(folder, null, committed);
        var second = new RunClient("run-1", Seeds.Next(output)) { HasArtifacts = false, Epoch = 2 };
        Assert.True(await second.AppendToAsync(next.Grpc, Events, () => { }));
        await frozen.ContinueAsync();
        var refused = await Assert.ThrowsAsync<RefusedException>(() => appending);
        Assert.Contains("Another writer has taken run run-1 over", refused.Message, StringComparison.Ordinal);
        await second.CloseAsync(next.Grpc);
        foreach (var (seq, content) in first.Sent)
            Assert.Equal(content, second.Sent[seq] = second.Sent.GetValueOrDefault(seq, content));
        await StoredRows.CompareAsync(next.Http, second, output);
    }

    /// <summary>A writer that dies at the fault: under the run it is sent, or while it recovers what the last one left.</summary>
    private static async Task DieAsync(TemporaryFolder folder, DiskFault fault, RunClient client)
    {
        try
        {
            await using var writer = await StartAsync(folder, fault.Of(client.Run.RunId));
            _ = await TryAsync(client, writer);
            Assert.Equal(Killed, await writer.EndAsync().WaitAsync(Cap, TestContext.Current.CancellationToken));
            Assert.Contains("fault: ", writer.Output, StringComparison.Ordinal);
        }
        catch (InvalidOperationException e)
        {
            Assert.Contains($"ended with {Killed}", e.Message, StringComparison.Ordinal);
            Assert.Contains("fault: ", e.Message, StringComparison.Ordinal);
        }
    }

    /// <summary>After a step is before the next one.</summary>
    private static IEnumerable<DiskFault> Kills()
    {
        const string how = "kill-after";
        yield return new("take room for a segment", "allocate", "*.journal", 1, how);
        yield return new("append to the journal", "write", "*.journal", 3, how);
        yield return new("sync the journal", "sync", "*.journal", 3, how);
        yield return new("next segment of the journal", "allocate", "*.journal", 2, how);
        yield return new("name an artifact", "link", "*/RUN/artifacts/*", 1, how);
        yield return new("write the wal", "write", "*/RUN/wal/*", 1, how);
        yield return new("name the wal", "link", "*/RUN/wal/*", 1, how);
        yield return new("name a slot", "link", "*/RUN/commits/*", 1, how);
        yield return new("sync the folder of slots", "sync", "*/RUN/commits", 1, how);
        yield return new("name the closing slot", "link", "*/RUN/commits/*", 2, how);
        yield return new("name the final state", "link", "*/RUN/states/*done*", 1, how);
        yield return new("name a Parquet file", "link", "*/RUN/*.parquet", 2, how);
        yield return new("name what was settled", "link", "*/RUN/settled.json", 1, how);
        yield return new("release the wal", "unlink", "*/RUN/wal/*.zst", 1, how);
        yield return new("delete a segment", "unlink", "*.journal", 1, how);
    }

    private static IEnumerable<(DiskFault Fault, string Told)> Failures()
    {
        var bad = $"errno={BadDisk}";
        var full = $"errno={NoSpace}";
        yield return (new("room for a segment", "allocate", "*.journal", 1, full), "no space");
        yield return (new("append to the journal", "write", "*.journal", 3, full), "no space left. Free some");
        yield return (new("append to the journal", "write", "*.journal", 3, bad), "Check the disk");
        yield return (new("sync the journal", "sync", "*.journal", 3, bad), "Check the disk");
        yield return (new("a slow sync", "sync", "*.journal", 1, "slow=50"), "");
        yield return (new("name an artifact", "link", "*/RUN/artifacts/*", 1, full), "");
        yield return (new("write the wal", "write", "*/RUN/wal/*", 1, full), "");
        yield return (new("sync the wal", "sync", "*/RUN/wal/*", 1, bad), "");
        yield return (new("name a slot", "link", "*/RUN/commits/*", 1, full), "");
        yield return (new("sync the folder of slots", "sync", "*/RUN/commits", 1, bad), "");
        yield return (new("name a Parquet file", "link", "*/RUN/*.parquet", 2, full), "");
        yield return (new("name what was settled", "link", "*/RUN/settled.json", 1, bad), "");
    }

    private RunClient Client(List<RunClient> clients)
    {
        clients.Add(new($"run-{clients.Count + 1}", Seeds.Next(output)));
        return clients[^1];
    }

    private static async Task<LodeWriterProcess> StartAsync(
        TemporaryFolder folder,
        DiskFault? fault,
        Dictionary<string, string>? more = null
    )
    {
        var settings = new Dictionary<string, string>(more ?? Settings);
        foreach (var (name, value) in fault is null ? [] : await fault.SettingsAsync())
            settings[name] = value;
        return await LodeWriterProcess.StartAsync(folder.Path, settings);
    }

    /// <summary>Writes a run to its end; null when the writer took it or went away, else what it refused with.</summary>
    private static async Task<string?> TryAsync(RunClient client, LodeWriterProcess writer)
    {
        try
        {
            if (client.IsClosing || await client.AppendToAsync(writer.Grpc, Events, () => { }))
                await client.CloseAsync(writer.Grpc);
            return null;
        }
        catch (RefusedException e)
        {
            return e.Message;
        }
        catch (RpcException)
        {
            return null;
        }
    }

    private async Task EndAllAsync(TemporaryFolder folder, List<RunClient> clients)
    {
        await using (var last = await StartAsync(folder, null))
        {
            foreach (var client in clients)
            {
                Assert.Null(await TryAsync(client, last));
                await StoredRows.CompareAsync(last.Http, client, output);
            }
            Assert.Equal(0, await last.StopAsync());
        }
        await CollectAsync(folder);
        await using var proof = await StartAsync(folder, null);
        foreach (var client in clients)
            await StoredRows.CompareAsync(proof.Http, client, output);
    }

    private static async Task CollectAsync(TemporaryFolder folder)
    {
        var store = new FileSystemStore(folder.Path);
        var collector = new GarbageCollector(store, new() { Root = folder.Path }, new NextMonth());
        var cancellation = TestContext.Current.CancellationToken;
        Assert.Empty((await collector.RunAsync(false, (_, _) => { }, cancellation)).Kept);
        Assert.Empty((await collector.RunAsync(true, (_, _) => { }, cancellation)).Items);
        var left = Directory.EnumerateFiles(folder.Path, "*", SearchOption.AllDirectories).Select(Path.GetFileName);
        Assert.DoesNotContain(left, name => name!.StartsWith(".tmp-", StringComparison.Ordinal));
        Assert.DoesNotContain(left, name => name!.EndsWith(".journal", StringComparison.Ordinal));
    }

    private sealed class NextMonth : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddDays(30);
    }
}
