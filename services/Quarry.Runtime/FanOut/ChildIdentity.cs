using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.FanOut;

/// <summary>
/// What makes a child run the same run: its tree, and its key, or else its target and params. Two requests for the same
/// child give the same run id, so that whatever happens between, the child runs once.
/// </summary>
public static class ChildIdentity
{
    private const int Bytes = 16;

    /// <summary>A hash of 16 bytes that is the same for the same child of a tree.</summary>
    public static byte[] HashOf(RunRecord parent, ChildRequest request)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartArray();
            writer.WriteStringValue(parent.RootRunId ?? parent.RunId);
            if (request.Key is { } key)
            {
                writer.WriteStringValue(key);
            }
            else
            {
                writer.WriteStringValue(request.Target);
                CanonicalJson.Write(request.Params, writer);
            }
            writer.WriteEndArray();
        }
        return SHA256.HashData(buffer.WrittenSpan)[..Bytes];
    }

    /// <summary>The child's run id: a UUIDv7 with the time of its root and the hash in place of chance.</summary>
    public static string RunIdOf(RunRecord parent, ReadOnlySpan<byte> hash)
    {
        Span<byte> id = stackalloc byte[Bytes];
        hash.CopyTo(id);
        Span<byte> time = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(time, TimeOf(parent).ToUnixTimeMilliseconds());
        time[2..].CopyTo(id);
        const byte version7 = 0x70;
        const byte variant = 0x80;
        id[6] = (byte)((id[6] & 0x0F) | version7);
        id[8] = (byte)((id[8] & 0x3F) | variant);
        return new Guid(id, bigEndian: true).ToString();
    }

    /// <summary>Every run of a tree must come to the same time: the one in the root's id, else the epoch.</summary>
    private static DateTimeOffset TimeOf(RunRecord parent)
    {
        const int sevenAt = 14;
        var root = parent.RootRunId ?? parent.RunId;
        if (!Guid.TryParseExact(root, "D", out var id) || root[sevenAt] != '7')
            return DateTimeOffset.UnixEpoch;
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        id.ToByteArray(bigEndian: true).AsSpan(0, 6).CopyTo(bytes[2..]);
        return DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(bytes));
    }
}
