using System.Text;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Read;
using Quarry.Lode.Settling;

namespace Quarry.Tests.Unit.Lode;

/// <summary>Each kind of damage is named with what is lost, and never an exception (CONTRACT_LODE rule 28).</summary>
public sealed class VerifyTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_whole_run_holds_every_check()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.True(proof.Complete, string.Join('\n', proof.Checks));
        Assert.Equal(
            (21, 21, 0, 1, true),
            (proof.SeqLast, proof.Stored, proof.Dropped, proof.Artifacts, proof.Settled)
        );
    }

    [Theory]
    [InlineData("commits", 0, "gone", "chain_contiguous", "1 was expected")]
    [InlineData("commits", 0, "garbled", "chain_contiguous", "cannot be read")]
    [InlineData("commits", 1, "gone", "closed", "chain is open")]
    [InlineData("wal", 0, "flipped", "wal_intact", "are in Parquet: nothing is lost")]
    [InlineData("artifacts", 0, "gone", "blobs_intact", "is missing")]
    [InlineData("artifacts", 0, "longer", "blobs_intact", "has 4 bytes, 3 were stored")]
    [InlineData("artifacts", 0, "flipped", "blobs_intact", "SHA-256")]
    [InlineData("/files/page.html.json", 0, "gone", "blobs_intact", "the record of 1 sidecar file(s) is missing")]
    [InlineData("/files/page.html.json", 0, "gone", "blobs_intact", "/files/page.html' is there")]
    [InlineData("run_id=run-1/files/page.html", 1, "gone", "blobs_intact", "/files/page.html' is missing")]
    [InlineData("run_id=run-1/files/page.html", 1, "longer", "blobs_intact", "has 4 bytes, 3 were stored")]
    [InlineData(".parquet", 0, "gone", "settled_agrees", "still in the wal")]
    [InlineData(".parquet", 1, "flipped", "settled_agrees", "still in the wal")]
    [InlineData(".parquet", 2, "gone", "settled_agrees", "what it says is in the log")]
    [InlineData("settled.json", 0, "garbled", "settled_agrees", "cannot be read")]
    public async Task Damage_is_named(string where, int which, string how, string check, string detail)
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        Damage(
            folder.FilesBelow("datasets", "*").Where(f => f.Contains(where, StringComparison.Ordinal)).ElementAt(which),
            how
        );
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.False(proof.Complete);
        Assert.Contains(
            proof.Checks,
            c => c.Name == check && !c.Ok && c.Detail.Contains(detail, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("gone", "seq 1 to 21 are lost")]
    [InlineData("flipped", "seq 1 to 21 cannot be trusted")]
    public async Task A_wal_that_is_damaged_before_its_run_is_settled_is_lost(string how, string detail)
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Damage(Assert.Single(folder.FilesBelow("datasets", "*.jsonl.zst")), how);
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.Contains(
            proof.Checks,
            c => c is { Name: "wal_intact", Ok: false } && c.Detail.Contains(detail, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_settled_run_without_its_wal_holds_every_check()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5, PartRowsMax = 8 });
        var run = await SettleWithoutWalAsync(lode);
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.True(proof.Complete, string.Join('\n', proof.Checks));
        Assert.Equal((21, 21, true), (proof.SeqLast, proof.Stored, proof.Settled));
        Assert.Contains(proof.Checks, c => c.Detail.Contains("were deleted after settling", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("item/part-00001", "gone")]
    [InlineData("item/part-00001", "flipped")]
    public async Task Parquet_that_is_damaged_when_the_wal_is_gone_names_the_seqs_that_are_lost(string part, string how)
    {
        await using var lode = await folder.OpenAsync(new() { PartRowsMax = 8 });
        var run = await SettleWithoutWalAsync(lode);
        Damage(folder.FilesBelow("datasets", "*.parquet").Single(f => f.Contains(part, StringComparison.Ordinal)), how);
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.Contains(
            proof.Checks,
            c => c is { Name: "seq_complete", Ok: false, Detail: "seq 9 to 16 are neither stored nor named" }
        );
        Assert.Contains(
            proof.Checks,
            c => c is { Name: "settled_agrees", Ok: false } && c.Detail.Contains("8 rows of seq 9 to 16 are lost")
        );
        Assert.Equal((21, 13), (proof.SeqLast, proof.Stored));
    }

    [Fact]
    public async Task A_slot_that_is_lost_when_its_rows_are_in_parquet_loses_nothing()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 5 });
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        File.Delete(
            folder.FilesBelow("datasets", "*.json").First(f => f.Contains("commits", StringComparison.Ordinal))
        );
        var proof = await LodeFolder.VerifyAsync(lode, run);
        Assert.Contains(proof.Checks, c => c is { Name: "chain_contiguous", Ok: false });
        Assert.Contains(proof.Checks, c => c is { Name: "seq_complete", Ok: true });
        Assert.Contains(proof.Checks, c => c is { Name: "settled_agrees", Ok: false });
    }

    [Fact]
    public async Task A_success_without_its_last_event_or_with_fewer_rows_does_not_hold()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        var proof = await LodeFolder.VerifyAsync(lode, run with { Outcome = RunOutcome.Success, SeqDurable = 22 });
        Assert.Contains(proof.Checks, c => c is { Name: "outcome", Ok: false });
        Assert.Contains(proof.Checks, c => c is { Name: "record_agrees", Ok: false });
    }

    [Fact]
    public async Task A_run_that_is_settled_and_loses_its_wal_while_it_is_proved_is_proved_again()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        var store = new MeanwhileStore(lode.Objects, "/wal/", SettleAndReleaseAsync);
        var report = await new RunVerifier(store).VerifyAsync(run, default);
        Assert.Equal((true, true), (report.Complete, report.Settled));

        async Task SettleAndReleaseAsync()
        {
            Assert.True(await lode.Settler.SettleAsync(run, default));
            var release = new WalRelease(lode.Objects, new() { WalGraceMinutes = 0 }, TimeProvider.System);
            Assert.NotEqual(0, await release.ReleaseAsync(run, default));
        }
    }

    [Fact]
    public async Task A_run_that_goes_on_is_not_complete()
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        _ = await appender.AppendAsync(LodeFolder.Batch(1, 3), default);
        var proof = await LodeFolder.VerifyAsync(lode, LodeFolder.Run());
        Assert.False(proof.Complete);
        Assert.Contains(proof.Checks, c => c is { Name: "closed", Ok: false });
    }

    private async Task<RunRecord> SettleWithoutWalAsync(LodeStore lode)
    {
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.True(await lode.Settler.SettleAsync(run, default));
        _ = await new WalRelease(lode.Objects, new() { WalGraceMinutes = 0 }, TimeProvider.System).ReleaseAsync(
            run,
            default
        );
        Assert.Empty(folder.FilesBelow("datasets", "*.zst"));
        return run;
    }

    private static void Damage(string file, string how)
    {
        var bytes = File.ReadAllBytes(file);
        if (how == "flipped")
            bytes[bytes.Length / 2] ^= 0xff;
        File.Delete(file);
        if (how != "gone")
            File.WriteAllBytes(
                file,
                how switch
                {
                    "garbled" => Encoding.UTF8.GetBytes("{\"v\":"),
                    "longer" => [.. bytes, 0],
                    _ => bytes,
                }
            );
    }
}
