using Quarry.Tests.Unit;

namespace Quarry.Tests.Faults;

/// <summary>D1, D2, D4: a real Lode writer killed at random points, against a ledger kept outside of it.</summary>
public class LodeWriterKillTests(ITestOutputHelper output)
{
    private const int Clients = 3;
    private const int EventsBetweenKills = 120;
    private const int SendsPerRoundMin = Clients * EventsBetweenKills / RunClient.BatchEventsMax;

    /// <summary>QUARRY_KILLS says how many; a run by hand takes 1,000.</summary>
    private static int Kills => int.Parse(Environment.GetEnvironmentVariable("QUARRY_KILLS") ?? "30");

    [Fact]
    public async Task What_was_acknowledged_is_there_once_after_every_kill()
    {
        var random = new Random(Seeds.Next(output));
        using var folder = new TemporaryFolder();
        RunClient[] clients = [.. Enumerable.Range(1, Clients).Select(n => new RunClient($"run-{n}", random.Next()))];
        var noticed = 0;
        for (var kill = 1; kill <= Kills; kill++)
        {
            await using var writer = await LodeWriterProcess.StartAsync(folder.Path);
            var countdown = random.Next(1, SendsPerRoundMin);
            var target = kill * EventsBetweenKills;
            var killed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var killing = killed.Task.ContinueWith(_ => writer.KillAsync(), TaskScheduler.Default).Unwrap();
            var runs = clients.Select(c =>
                c.AppendToAsync(
                    writer.Grpc,
                    target,
                    () =>
                    {
                        if (Interlocked.Decrement(ref countdown) == 0)
                            killed.SetResult();
                    }
                )
            );
            var ends = await Task.WhenAll(runs);
            await killing;
            noticed += ends.Count(isDone => !isDone);
        }
        output.WriteLine($"{Kills} kills cut {noticed} streams");
        Assert.NotEqual(0, noticed);
        await using var last = await LodeWriterProcess.StartAsync(folder.Path);
        foreach (var client in clients)
        {
            Assert.True(await client.AppendToAsync(last.Grpc, (Kills + 1) * EventsBetweenKills, () => { }));
            await client.CloseAsync(last.Grpc);
            await StoredRows.CompareAsync(last.Http, client, output);
        }
    }
}
