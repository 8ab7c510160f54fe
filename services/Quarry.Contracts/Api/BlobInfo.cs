namespace Quarry.Contracts.Api;

/// <summary>An artifact of a run: bytes and commit event are both there.</summary>
public sealed record ArtifactInfo(
    string ArtifactId,
    string Name,
    string ContentType,
    long SizeBytes,
    string Sha256,
    long Seq,
    string Key
);

/// <summary>A sidecar file of a run.</summary>
public sealed record SidecarFile(string Name, string ContentType, long SizeBytes, string Sha256, string Key);
