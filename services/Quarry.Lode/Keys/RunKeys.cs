using Quarry.Contracts.Runs;

namespace Quarry.Lode.Keys;

/// <summary>Keys of one run's objects (CONTRACT_LODE, keys).</summary>
internal sealed record RunKeys(Partition Partition, string RunId)
{
    private readonly string log = Partition.LogPath(RunId);
    private readonly string data = Partition.RunPath(RunId);

    public string LogFolder => log + "/";

    public string DataFolder => data + "/";

    public string StatesFolder => log + "/states/";

    public string CommitsFolder => log + "/commits/";

    public const string SettledName = "settled.json";

    public string Settled => $"{log}/{SettledName}";

    public string Fields => log + "/fields.json";

    public string FilesFolder => data + "/files/";

    public string FileRecordsFolder => log + "/files/";

    public string State(int number, RunState state) =>
        $"{StatesFolder}{number:d4}-{Contracts.QuarryNames.Of(state)}.json";

    public string Slot(long firstSeq) => $"{CommitsFolder}{firstSeq:d20}.json";

    public string WalFolder => log + "/wal/";

    public string Wal(long firstSeq, long epoch) => $"{WalFolder}{firstSeq:d20}-{epoch}.jsonl.zst";

    public string Parquet(string eventType, int part) => $"{data}/event_type={eventType}/part-{part:d5}.parquet";

    public string File(string name) => FilesFolder + BlobNames.Safe(name);

    public string FileRecord(string name) => $"{FileRecordsFolder}{BlobNames.Safe(name)}.json";

    public string ArtifactsFolder => data + "/artifacts/";

    public string ArtifactFolder(string artifactId) => $"{ArtifactsFolder}{BlobNames.Safe(artifactId)}/";

    public string Artifact(string artifactId, string name) => ArtifactFolder(artifactId) + BlobNames.Safe(name);
}
