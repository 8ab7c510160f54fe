namespace Quarry.Contracts.Lode;

/// <summary>A piece of an artifact's bytes (CONTRACT_IPC, artifact chunks).</summary>
/// <param name="ArtifactId">The artifact, unique in the run.</param>
/// <param name="Seq">Place of the chunk: 1, 2, 3 ...</param>
/// <param name="IsLast">True for the chunk that ends the artifact.</param>
/// <param name="Data">At most <see cref="Limits.ChunkDataBytesMax"/> bytes, the sender's until the call returns.</param>
public readonly record struct ArtifactChunk(string ArtifactId, long Seq, bool IsLast, ReadOnlyMemory<byte> Data);

/// <summary>A sidecar file (CONTRACT_IPC, file writes).</summary>
/// <param name="Filename">Plain name, no separators; validated by the receiver as well.</param>
/// <param name="ContentType">Media type, kept beside the bytes.</param>
/// <param name="Data">At most <see cref="Limits.ChunkDataBytesMax"/> bytes, the sender's until the call returns.</param>
public readonly record struct FileWrite(string Filename, string ContentType, ReadOnlyMemory<byte> Data);

/// <summary>The answer to an artifact chunk or a file: stored, or refused with a message for the script.</summary>
/// <param name="Ok">True when the bytes are taken, and durable if they end the blob.</param>
/// <param name="Error">Why not, and what to do next; null when taken.</param>
/// <param name="IsFatal">True when the storage itself failed, so that the run cannot go on.</param>
public readonly record struct BlobResult(bool Ok, string? Error = null, bool IsFatal = false);
