using MessagePack;
using Quarry.Contracts;
using Quarry.Wire.MsgPack;

namespace Quarry.Bench;

/// <summary>P4: a whole payload skipped with depth and counts checked, against MessagePackReader.Skip.</summary>
internal static class ValidateBench
{
    private const int Passes = 400_000;
    private static readonly byte[] Payload = MessagePackSerializer.Serialize(SampleFrames.Item(7));

    public static Task<Comparison> RunAsync() =>
        Comparison.OfAsync(
            "P4",
            "validate",
            "payload",
            "0.8x",
            ("Quarry.Wire", Ours),
            ("MessagePackReader.Skip", Peer)
        );

    private static Task<long> Ours()
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            var reader = new MsgPackSpan(Payload);
            if (!reader.TrySkip(Limits.PayloadDepthMax, out _))
                throw new InvalidOperationException("not read");
        }
        return Task.FromResult((long)Passes);
    }

    private static Task<long> Peer()
    {
        for (var pass = 0; pass < Passes; pass++)
        {
            var reader = new MessagePackReader(Payload);
            reader.Skip();
            if (!reader.End)
                throw new InvalidOperationException("not read");
        }
        return Task.FromResult((long)Passes);
    }
}
