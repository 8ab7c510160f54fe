using Quarry.Contracts;
using Quarry.Contracts.Lode;

namespace Quarry.Tests.Unit.Lode;

public sealed class BlobTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_artifact_is_visible_only_with_its_bytes_and_its_event()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        await using var appender = await lode.OpenAsync(run, 1, default);
        Assert.True((await appender.AppendArtifactAsync(new("shot", 1, false, new byte[] { 1, 2 }), default)).Ok);
        var early = await appender.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, "shot", 2)), default);
        Assert.Equal(AppendStatus.Malformed, early.Status);
        Assert.Contains("'shot' (seq 1) has no complete bytes", early.Message);
        Assert.True((await appender.AppendArtifactAsync(new("shot", 2, true, new byte[] { 3 }), default)).Ok);
        Assert.False(Directory.Exists(Path.Combine(folder.Root, run.StoragePath)));
        var wrong = await appender.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, "shot", 4)), default);
        Assert.Contains("says 4 bytes, 3 came", wrong.Message);
        Assert.True(
            (await appender.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, "shot", 3)), default)).IsDurable
        );
        Assert.True((await appender.CloseAsync(LodeFolder.Done(run, 1), default)).IsDurable);
        var artifact = Assert.Single(await lode.Reader.ArtifactsAsync(run, default));
        Assert.Equal((3, "shot.bin", "application/x-test"), (artifact.SizeBytes, artifact.Name, artifact.ContentType));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(Path.Combine(folder.Root, artifact.Key)));
    }

    [Fact]
    public async Task Chunks_come_in_order_and_may_come_twice_when_an_answer_was_lost()
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        Assert.Contains(
            "1 was expected",
            (await appender.AppendArtifactAsync(new("a", 2, false, new byte[] { 9 }), default)).Error
        );
        foreach (var chunk in new[] { 1, 1, 2, 2, 3, 3 })
            Assert.True(
                (
                    await appender.AppendArtifactAsync(new("a", chunk, chunk == 3, new byte[] { (byte)chunk }), default)
                ).Ok
            );
        Assert.Contains(
            "complete already",
            (await appender.AppendArtifactAsync(new("a", 1, false, new byte[] { 1 }), default)).Error
        );
        Assert.True(
            (await appender.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, "a", 3)), default)).IsDurable
        );
    }

    [Fact]
    public async Task An_artifact_goes_on_with_the_next_writer_behind_its_last_chunk()
    {
        string crashed;
        await using (var lode = await folder.OpenAsync())
        {
            await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
            Assert.True((await appender.AppendArtifactAsync(new("a", 1, false, new byte[] { 1, 2 }), default)).Ok);
            Assert.True((await appender.AppendArtifactAsync(new("a", 2, false, new byte[] { 3 }), default)).Ok);
            crashed = folder.Crash();
        }
        // The crash came in the midst of chunk 3, of which a part is on the disk.
        var part = Assert.Single(Directory.GetFiles(Path.Combine(crashed, "staging", "run-1"), "a"));
        await File.AppendAllTextAsync(part, "half a chunk");
        await using var again = await folder.OpenAsync(new() { CloseAbandonedRuns = false }, crashed);
        await using var next = await again.OpenAsync(LodeFolder.Run(), 1, default);
        Assert.True((await next.AppendArtifactAsync(new("a", 2, false, new byte[] { 3 }), default)).Ok);
        Assert.True((await next.AppendArtifactAsync(new("a", 3, true, new byte[] { 4, 5 }), default)).Ok);
        Assert.True(
            (await next.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, "a", 5)), default)).IsDurable
        );
        Assert.True((await next.CloseAsync(LodeFolder.Done(LodeFolder.Run(), 1), default)).IsDurable);
        var artifact = Assert.Single(await again.Reader.ArtifactsAsync(LodeFolder.Run(), default));
        Assert.Equal([1, 2, 3, 4, 5], await File.ReadAllBytesAsync(Path.Combine(crashed, artifact.Key)));
        Assert.True((await LodeFolder.VerifyAsync(again, LodeFolder.Done(LodeFolder.Run(), 1))).Complete);
    }

    [Fact]
    public async Task An_id_that_was_committed_is_refused_and_bytes_without_an_event_are_forgotten_with_the_run()
    {
        await using var lode = await folder.OpenAsync(new() { SlotEvents = 1 });
        var run = LodeFolder.Run();
        await using (var appender = await lode.OpenAsync(run, 1, default))
        {
            _ = await appender.AppendArtifactAsync(new("a", 1, true, new byte[] { 1 }), default);
            _ = await appender.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, "a", 1)), default);
        }
        await using var next = await lode.OpenAsync(run, 1, default);
        Assert.Contains(
            "its own id",
            (await next.AppendArtifactAsync(new("a", 1, true, new byte[] { 2 }), default)).Error
        );
        Assert.True((await next.AppendArtifactAsync(new("orphan", 1, true, new byte[] { 2 }), default)).Ok);
        Assert.True((await next.CloseAsync(LodeFolder.Done(run, 1), default)).IsDurable);
        Assert.Single(await lode.Reader.ArtifactsAsync(run, default));
        Assert.Empty(Directory.GetFiles(Path.Combine(folder.Root, "staging"), "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("../../../etc/passwd", "separator")]
    [InlineData("a\\b", "separator")]
    [InlineData("..", "'..'")]
    [InlineData("", "empty")]
    [InlineData("a\0b", "control")]
    public async Task File_names_that_are_no_plain_names_are_refused(string name, string reason)
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        var result = await appender.PutFileAsync(new(name, "text/plain", new byte[] { 1 }), default);
        Assert.False(result.Ok);
        Assert.False(result.IsFatal);
        Assert.Contains(reason, result.Error);
    }

    [Fact]
    public async Task A_file_name_is_taken_once_and_kept_by_the_next_writer()
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run();
        var file = new FileWrite("ünï cödé.html", "text/html", "<p>"u8.ToArray());
        await using (var appender = await lode.OpenAsync(run, 1, default))
        {
            Assert.True((await appender.PutFileAsync(file, default)).Ok);
            Assert.Contains("stored before", (await appender.PutFileAsync(file, default)).Error);
        }
        await using var next = await lode.OpenAsync(run, 1, default);
        Assert.True((await next.PutFileAsync(file, default)).Ok);
        Assert.Contains(
            "stored before",
            (await next.PutFileAsync(file with { Data = "other"u8.ToArray() }, default)).Error
        );
        var stored = Assert.Single(await lode.Reader.FilesAsync(run, default));
        Assert.Equal((file.Filename, "text/html", 3), (stored.Name, stored.ContentType, stored.SizeBytes));
    }

    [Fact]
    public async Task A_file_may_have_as_many_bytes_as_the_limit_and_not_one_more()
    {
        await using var lode = await folder.OpenAsync();
        await using var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        var largest = new FileWrite("largest", "x/y", new byte[Limits.ChunkDataBytesMax]);
        Assert.True((await appender.PutFileAsync(largest, default)).Ok);
        var larger = new FileWrite("larger", "x/y", new byte[Limits.ChunkDataBytesMax + 1]);
        Assert.Contains("limit 8,388,608", (await appender.PutFileAsync(larger, default)).Error);
    }

    [Theory]
    [InlineData("../../x")]
    [InlineData("/etc/x")]
    [InlineData("..")]
    [InlineData("a\0b\nc")]
    [InlineData("%2e%2e/")]
    public async Task No_artifact_id_or_name_leads_outside_of_the_root(string id)
    {
        await using var lode = await folder.OpenAsync();
        var run = LodeFolder.Run(source: "../../outside");
        await using var appender = await lode.OpenAsync(run, 1, default);
        Assert.True((await appender.AppendArtifactAsync(new(id, 1, true, new byte[] { 1 }), default)).Ok);
        Assert.True(
            (await appender.AppendAsync(LodeFolder.Batch(1, LodeFolder.ArtifactEvent(1, id, 1)), default)).IsDurable
        );
        Assert.True((await appender.CloseAsync(LodeFolder.Done(run, 1), default)).IsDurable);
        var artifact = Assert.Single(await lode.Reader.ArtifactsAsync(run, default));
        Assert.Equal(id, artifact.ArtifactId);
        Assert.StartsWith(
            folder.Root,
            Path.GetFullPath(Path.Combine(folder.Root, artifact.Key)),
            StringComparison.Ordinal
        );
        Assert.True((await LodeFolder.VerifyAsync(lode, LodeFolder.Done(run, 1))).Complete);
    }
}
