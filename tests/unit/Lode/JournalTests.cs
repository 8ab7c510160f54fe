using Quarry.Lode;
using Quarry.Lode.Journals;

namespace Quarry.Tests.Unit.Lode;

public sealed class JournalTests : IDisposable
{
    private const int Appends = 6;
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_tail_torn_at_any_byte_leaves_every_whole_record_before_it()
    {
        var whole = await WriteSegmentAsync();
        var ends = WholeRecordEnds(whole);
        var path = Path.Combine(folder.Root, "torn.journal");
        for (var cut = 0; cut <= ends[^1]; cut++)
        {
            await File.WriteAllBytesAsync(path, whole[..cut]);
            Assert.Equal(ends.Count(e => e <= cut), JournalSegment.Read(path).Count());
        }
    }

    [Fact]
    public async Task A_flipped_bit_ends_reading_before_its_record()
    {
        var whole = await WriteSegmentAsync();
        var ends = WholeRecordEnds(whole);
        var path = Path.Combine(folder.Root, "flipped.journal");
        for (var at = JournalSegment.HeaderBytes; at < ends[^1]; at++)
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 0x10;
            await File.WriteAllBytesAsync(path, flipped);
            Assert.Equal(ends.Count(e => e <= at), JournalSegment.Read(path).Count());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(19)]
    [InlineData(20)]
    public async Task A_segment_whose_header_was_never_whole_holds_nothing(int bytes)
    {
        var whole = await WriteSegmentAsync();
        var path = Path.Combine(folder.Root, "begun.journal");
        await File.WriteAllBytesAsync(path, whole[..bytes]);
        Assert.Empty(JournalSegment.Read(path));
    }

    [Fact]
    public async Task Recovery_of_a_torn_journal_keeps_what_was_whole()
    {
        var whole = await WriteSegmentAsync();
        var ends = WholeRecordEnds(whole);
        var segment = Assert.Single(Directory.GetFiles(folder.Root, "*.journal", SearchOption.AllDirectories));
        // Before the first record (the run), behind it (the announcement), and then inside of each batch.
        foreach (var kept in Enumerable.Range(0, ends.Count))
        {
            var crashed = folder.Crash();
            var cut = kept == 0 ? JournalSegment.HeaderBytes : (ends[kept - 1] + ends[kept]) / 2;
            await File.WriteAllBytesAsync(crashed + segment[folder.Root.Length..], whole[..cut]);
            await using var lode = await folder.OpenAsync(root: crashed);
            var rows = await LodeFolder.RowsAsync(lode, LodeFolder.Run());
            Assert.Equal(LodeFolder.Seqs(1, Math.Max(0, kept - 2)), rows.Select(r => r.Seq));
        }
    }

    /// <summary>A segment as a crash leaves it, with the run, its announcement and one record per append.</summary>
    private async Task<byte[]> WriteSegmentAsync()
    {
        var options = new LodeOptions { JournalSegmentBytes = 64 * 1024 };
        await using var lode = await folder.OpenAsync(options);
        var appender = await lode.OpenAsync(LodeFolder.Run(), 1, default);
        foreach (var seq in LodeFolder.Seqs(1, Appends))
            Assert.True((await appender.AppendAsync(LodeFolder.Batch(seq, seq), default)).IsDurable);
        var crashed = folder.Crash();
        _ = await appender.CloseAsync(LodeFolder.Done(LodeFolder.Run(), Appends), default);
        var copy = Assert.Single(Directory.GetFiles(crashed, "*.journal", SearchOption.AllDirectories));
        var original = folder.Root + copy[crashed.Length..];
        await lode.DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(copy);
        Directory.Delete(Path.Combine(folder.Root, "datasets"), recursive: true);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(original)!);
        await File.WriteAllBytesAsync(original, bytes);
        return bytes;
    }

    private static List<int> WholeRecordEnds(byte[] segment)
    {
        var ends = new List<int>();
        ReadOnlyMemory<byte> rest = segment.AsMemory(JournalSegment.HeaderBytes);
        while (JournalRecord.TryRead(rest, out var record))
        {
            rest = rest[record.TotalBytes..];
            ends.Add(segment.Length - rest.Length);
        }
        Assert.Equal(Appends + 2, ends.Count);
        return ends;
    }
}
