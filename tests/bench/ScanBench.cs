using MessagePack;
using Quarry.Wire.Frames;

namespace Quarry.Bench;

/// <summary>P3: the header of each frame, against MessagePack-CSharp reading the same envelope into a typed object.</summary>
internal static class ScanBench
{
    private const int Events = 20_000;
    private static readonly byte[] Frames = SampleFrames.Run(Events, "0198c1d2-7f00-7000-8000-000000000001");

    public static Task<Comparison> RunAsync() =>
        Comparison.OfAsync("P3", "scan", "frame", "4x, 0 B/frame", ("Quarry.Wire", Ours), ("MessagePack-CSharp", Peer));

    private static Task<long> Ours()
    {
        long seqs = 0;
        for (var pass = 0; pass < 10; pass++)
        {
            var frames = new EventFrames(Frames);
            while (frames.MoveNext())
                seqs += frames.Current.Seq;
        }
        return Task.FromResult(seqs > 0 ? Events * 10L : throw new InvalidOperationException("nothing was read"));
    }

    private static Task<long> Peer()
    {
        long seqs = 0;
        for (var pass = 0; pass < 10; pass++)
        {
            var at = 0;
            while (at < Frames.Length)
            {
                _ = FrameScanner.TryRead(Frames.AsSpan(at), out var length, out _);
                seqs += MessagePackSerializer.Deserialize<Envelope>(Frames.AsMemory(at + 4, length - 4)).Seq;
                at += length;
            }
        }
        return Task.FromResult(seqs > 0 ? Events * 10L : throw new InvalidOperationException("nothing was read"));
    }
}

/// <summary>The envelope as a typed reader sees it.</summary>
[MessagePackObject]
public sealed class Envelope
{
    [Key("contract_version")]
    public string ContractVersion { get; set; } = "";

    [Key("event_id")]
    public string EventId { get; set; } = "";

    [Key("run_id")]
    public string RunId { get; set; } = "";

    [Key("seq")]
    public long Seq { get; set; }

    [Key("type")]
    public string Type { get; set; } = "";

    [Key("ts")]
    public string Ts { get; set; } = "";

    [Key("attempt")]
    public int Attempt { get; set; }

    [Key("payload")]
    public object? Payload { get; set; }
}
