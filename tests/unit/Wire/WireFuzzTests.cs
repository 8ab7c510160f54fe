using System.Buffers;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Tests.Unit.Wire;

public class WireFuzzTests(ITestOutputHelper output)
{
    private const int Cases = 200_000;

    [Fact]
    public void Mutated_envelopes_are_read_or_refused_and_never_throw()
    {
        var random = new Random(Seeds.Next(output));
        var samples = new[]
        {
            Frames.Event(1)[4..],
            Frames.Chunk("a", 1, true, new byte[40])[4..],
            Frames.File(3, "f", new byte[9])[4..],
        };
        var json = new ArrayBufferWriter<byte>();
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Mutate(samples[random.Next(samples.Length)], random);
            if (FrameHeader.TryRead(bytes, out var header) != HeaderStatus.Ok || header.Payload.IsEmpty)
                continue;
            json.Clear();
            using var writer = new Utf8JsonWriter(json);
            if (!MsgPackJson.TryWrite(header.Payload, writer))
                continue;
            writer.Flush();
            using var parsed = JsonDocument.Parse(json.WrittenMemory, new() { MaxDepth = Limits.PayloadDepthMax + 4 });
        }
    }

    private static byte[] Mutate(byte[] sample, Random random)
    {
        var bytes = (byte[])sample.Clone();
        for (var change = random.Next(1, 5); change > 0; change--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        return random.Next(4) == 0 ? bytes[..random.Next(bytes.Length)] : bytes;
    }
}
