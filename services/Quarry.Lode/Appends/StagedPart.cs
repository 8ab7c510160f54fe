using System.Buffers.Binary;
using System.Security.Cryptography;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Appends;

/// <summary>
/// The bytes of one artifact that came so far, on the local disk, with the number of chunks they are: durable chunk by
/// chunk, so that a writer that takes over goes on behind the last one.
/// </summary>
internal sealed class StagedPart : IDisposable
{
    private const int PositionBytes = 16;
    private readonly FileStream bytes;
    private readonly FileStream position;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private StagedPart(FileStream bytes, FileStream position)
    {
        this.bytes = bytes;
        this.position = position;
    }

    /// <summary>Number of the chunk that comes next, from 1.</summary>
    public long NextSeq { get; private set; } = 1;

    /// <summary>Bytes so far.</summary>
    public long Length => bytes.Length;

    /// <summary>Opens what is there, or begins.</summary>
    public static async Task<StagedPart> OpenAsync(string path)
    {
        var part = new StagedPart(Open(path), Open(PositionPath(path)));
        await part.ResumeAsync();
        return part;
    }

    /// <summary>Path of the file that says how many chunks lie in a part.</summary>
    public static string PositionPath(string path) => path + "!pos";

    /// <summary>Adds the next chunk, durable when returned.</summary>
    public async Task AddAsync(ReadOnlyMemory<byte> chunk)
    {
        await bytes.WriteAsync(chunk);
        Posix.SyncData(bytes.SafeFileHandle);
        hash.AppendData(chunk.Span);
        NextSeq++;
        var place = new byte[PositionBytes];
        BinaryPrimitives.WriteInt64LittleEndian(place, NextSeq);
        BinaryPrimitives.WriteInt64LittleEndian(place.AsSpan(8), bytes.Length);
        RandomAccess.Write(position.SafeFileHandle, place, 0);
        Posix.SyncData(position.SafeFileHandle);
    }

    /// <summary>True when these bytes are the last ones that came: a chunk that is sent again.</summary>
    public bool EndsWith(ReadOnlySpan<byte> chunk) => EndsWith(bytes, chunk);

    /// <summary>True when a file ends with these bytes.</summary>
    public static bool EndsWith(FileStream file, ReadOnlySpan<byte> chunk)
    {
        if (file.Length < chunk.Length)
            return false;
        var tail = new byte[chunk.Length];
        return RandomAccess.Read(file.SafeFileHandle, tail, file.Length - tail.Length) == tail.Length
            && chunk.SequenceEqual(tail);
    }

    /// <summary>SHA-256 of all that came, in hex; nothing may be added afterwards.</summary>
    public string Sha256() => Convert.ToHexStringLower(hash.GetHashAndReset());

    /// <inheritdoc/>
    public void Dispose()
    {
        bytes.Dispose();
        position.Dispose();
        hash.Dispose();
    }

    private static FileStream Open(string path) =>
        new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0);

    private async Task ResumeAsync()
    {
        var place = new byte[PositionBytes];
        var length = 0L;
        if (RandomAccess.Read(position.SafeFileHandle, place, 0) == PositionBytes)
        {
            NextSeq = BinaryPrimitives.ReadInt64LittleEndian(place);
            length = BinaryPrimitives.ReadInt64LittleEndian(place.AsSpan(8));
        }
        // A chunk that was cut short by the end of its writer was not acknowledged; it comes again.
        bytes.SetLength(length);
        var buffer = new byte[128 * 1024];
        while (await bytes.ReadAsync(buffer) is > 0 and var read)
            hash.AppendData(buffer, 0, read);
    }
}
