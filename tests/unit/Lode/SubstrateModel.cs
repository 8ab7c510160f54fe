using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Quarry.Contracts.Lode;
using Quarry.Lode;
using Quarry.Lode.Maintenance;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

/// <summary>
/// One seed of the model test: a storage on a real disk, runs whose events are functions of their seq, and what was
/// acknowledged of them. A power cut is a copy of the folder in which what was never synced is torn.
/// </summary>
internal sealed class SubstrateModel : IAsyncDisposable
{
    private const int Steps = 40;
    private readonly Random random;
    private readonly LodeFolder folder = new();
    private readonly LodeOptions options;
    private readonly ModelRun[] runs = [new("run-1"), new("run-2")];
    private readonly List<LodeStore> past = [];
    private ModelTotals totals;
    private FaultyStore? store;
    private LodeStore lode = null!;
    private string root;

    public SubstrateModel(int seed)
    {
        random = new(seed);
        root = folder.Root;
        options = new()
        {
            SlotEvents = random.Next(1, 8),
            PartRowsMax = random.Next(3, 20),
            JournalSegmentBytes = 64 * 1024,
            DurablePoint = random.Next(2) == 0 ? DurablePoint.Journal : DurablePoint.Committed,
            CloseAbandonedRuns = false,
            WalGraceMinutes = 0,
        };
    }

    public async Task<ModelTotals> RunAsync()
    {
        lode = await OpenAsync();
        for (var step = 0; step < Steps; step++)
            await StepAsync(runs[random.Next(runs.Length)]);
        Quiet();
        foreach (var run in runs)
            await FinishAsync(run);
        await CollectAsync();
        return totals;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var open in past.Append(lode))
            await open.DisposeAsync();
        folder.Dispose();
    }

    private Task StepAsync(ModelRun run) =>
        random.Next(20) switch
        {
            0 => PowerCutAsync(run),
            1 => TakeOverAsync(run),
            2 => RestartAsync(),
            3 => FailAsync(),
            4 => CompareAsync(run),
            5 => ArtifactAsync(run),
            _ => AppendAsync(run),
        };

    private async Task AppendAsync(ModelRun run)
    {
        if (await AppenderAsync(run) is not { } appender)
            return;
        // Now and then a batch comes again, or reaches back into what is durable.
        var first = Math.Max(1, appender.DurableSeq + 1 - (random.Next(4) == 0 ? random.Next(4) : 0));
        await run.AppendAsync(appender, first, random.Next(1, 7));
    }

    private async Task ArtifactAsync(ModelRun run)
    {
        if (await AppenderAsync(run) is { } appender)
            await run.ArtifactAsync(appender);
    }

    private async Task<ILodeAppender?> AppenderAsync(ModelRun run)
    {
        if (run.Appender is not null && random.Next(30) != 0)
            return run.Appender;
        try
        {
            return await run.OpenAsync(lode);
        }
        catch (LodeException)
        {
            return null;
        }
    }

    /// <summary>
    /// Another process opens the same storage and takes runs over; the one before lives on. What only the journal of a
    /// living process holds is out of reach for others, so this is for writers that acknowledge what is committed.
    /// </summary>
    private async Task TakeOverAsync(ModelRun run)
    {
        if (options.DurablePoint != DurablePoint.Committed)
            return;
        totals = totals with { Takeovers = totals.Takeovers + 1 };
        var before = run.Appender;
        past.Add(lode);
        lode = await OpenAsync();
        Forget();
        _ = await AppenderAsync(run);
        if (before is not null)
            await run.AppendAsync(before, before.DurableSeq + 1, random.Next(1, 4));
    }

    private async Task RestartAsync()
    {
        Quiet();
        await lode.DisposeAsync();
        Forget();
        lode = await OpenAsync();
    }

    /// <summary>The machine stops in the middle of an append: what was not synced is whatever the disk made of it.</summary>
    private async Task PowerCutAsync(ModelRun run)
    {
        totals = totals with { PowerCuts = totals.PowerCuts + 1 };
        var synced = UnsyncedTails.Of(root);
        var cut = Task.FromResult(0L);
        if (await AppenderAsync(run) is { } appender)
            cut = run.BeginAsync(appender, random.Next(1, 7));
        var next = folder.Crash(root);
        UnsyncedTails.Tear(next, synced, random);
        _ = await cut;
        past.Add(lode);
        root = next;
        Forget();
        lode = await OpenAsync();
    }

    private Task FailAsync()
    {
        store!.FailPercent = store.FailPercent == 0 ? random.Next(5, 40) : 0;
        return Task.CompletedTask;
    }

    private async Task CompareAsync(ModelRun run) =>
        run.Compare(await LodeFolder.RowsAsync(lode, run.Record), isEnd: false);

    /// <summary>The run goes on to its end; everything is there once, and proved, in every tier.</summary>
    private async Task FinishAsync(ModelRun run)
    {
        var appender = await run.OpenAsync(lode);
        await run.AppendAsync(appender, appender.DurableSeq + 1, 3);
        run.Compare(await LodeFolder.RowsAsync(lode, run.Record), isEnd: true);
        var final = await run.CloseAsync(appender);
        Assert.True(await lode.Settler.SettleAsync(final, default));
        run.Compare(await LodeFolder.RowsAsync(lode, final), isEnd: true);
        var proof = await LodeFolder.VerifyAsync(lode, final);
        Assert.True(proof.Complete, string.Join('\n', proof.Checks.Where(c => !c.Ok)));
    }

    private async Task CollectAsync()
    {
        var later = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + GarbageCollector.RunGrace * 2);
        var collector = new GarbageCollector(lode.Objects, options with { Root = root }, later);
        var collected = (await collector.RunAsync(isDryRun: false, (_, _) => { }, default)).Items.Count;
        totals = totals with { Collected = collected };
        Assert.Empty((await collector.RunAsync(isDryRun: true, (_, _) => { }, default)).Items);
        foreach (var run in runs)
        {
            run.Compare(await LodeFolder.RowsAsync(lode, run.Record), isEnd: true);
            Assert.True((await LodeFolder.VerifyAsync(lode, run.Record)).Complete);
        }
        var objects = await lode.Objects.ListAsync("datasets/", default).ToListAsync();
        Assert.DoesNotContain(objects, key => key.Contains("/wal/", StringComparison.Ordinal));
        Assert.Equal(
            runs.Sum(r => r.Artifacts),
            objects.Count(key => key.Contains("/artifacts/", StringComparison.Ordinal))
        );
    }

    private void Quiet()
    {
        store!.FailPercent = 0;
    }

    private void Forget()
    {
        foreach (var run in runs)
            run.Appender = null;
    }

    private Task<LodeStore> OpenAsync()
    {
        totals = totals with { FailedWrites = totals.FailedWrites + (store?.Failures ?? 0) };
        store = new(new FileSystemStore(root), random);
        return LodeStore.OpenAsync(
            options with
            {
                Root = root,
            },
            () => store,
            TimeProvider.System,
            NullLogger<LodeStore>.Instance
        );
    }
}

/// <summary>What seeds did.</summary>
internal readonly record struct ModelTotals(int PowerCuts, int FailedWrites, int Takeovers, int Collected)
{
    public static ModelTotals operator +(ModelTotals a, ModelTotals b) =>
        new(
            a.PowerCuts + b.PowerCuts,
            a.FailedWrites + b.FailedWrites,
            a.Takeovers + b.Takeovers,
            a.Collected + b.Collected
        );
}
