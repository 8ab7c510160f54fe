namespace Quarry.Contracts;

/// <summary>
/// Every bound of the contracts: one name, one unit, one home. The TypeScript twin is held equal by a test.
/// </summary>
public static class Limits
{
    /// <summary>Bytes of the length prefix before each frame (CONTRACT_IPC rule 1).</summary>
    public const int FramePrefixBytes = 4;

    /// <summary>Largest frame including its prefix (CONTRACT_IPC rule 3).</summary>
    public const int FrameBytesMax = 16 * 1024 * 1024;

    /// <summary>Largest payload of a frame: <see cref="FrameBytesMax"/> without the prefix.</summary>
    public const int FramePayloadBytesMax = FrameBytesMax - FramePrefixBytes;

    /// <summary>Largest <c>data</c> of one artifact chunk or sidecar file (CONTRACT_IPC rule 4).</summary>
    public const int ChunkDataBytesMax = 8 * 1024 * 1024;

    /// <summary>Deepest nesting of maps and arrays in one payload (CONTRACT_EMIT, values).</summary>
    public const int PayloadDepthMax = 100;

    /// <summary>Most bytes of frames that strict makes durable in one append (CONTRACT_POLICY, strict).</summary>
    public const int StrictReadBytesMax = 64 * 1024;

    /// <summary>Most bytes of frames in one batch to Lode; a larger frame is a batch of its own.</summary>
    public const int BatchBytesMax = 1024 * 1024;

    /// <summary>Most events in one batch to Lode.</summary>
    public const int BatchEventsMax = 5_000;

    /// <summary>Longest escaped partition value or sidecar file name, in bytes (CONTRACT_LODE, partitions).</summary>
    public const int PartitionValueBytesMax = 200;

    /// <summary>Longest run or job id, in characters.</summary>
    public const int IdCharsMax = 128;

    /// <summary>Longest console line kept whole, in bytes; the rest of it is cut and counted.</summary>
    public const int ConsoleLineBytesMax = 16 * 1024;

    /// <summary>Most console bytes kept for one run; what follows is counted, not kept.</summary>
    public const long ConsoleBytesMax = 4 * 1024 * 1024;

    /// <summary>Largest job payload accepted at launch, in bytes of JSON.</summary>
    public const int JobBytesMax = 1024 * 1024;

    /// <summary>Most rows in one page of a listing.</summary>
    public const int PageRowsMax = 1000;

    /// <summary>Most samples of its policy's figures that one run keeps (CONTRACT_POLICY, observability).</summary>
    public const int RunSamplesMax = 512;

    /// <summary>Most spans that an executor reports of one run (CONTRACT_IPC rule 38).</summary>
    public const int SpansReportedMax = 1000;

    /// <summary>Longest text in a span that an executor reports, in characters.</summary>
    public const int SpanTextCharsMax = 256;

    /// <summary>Most item types of one run whose fields are looked at.</summary>
    public const int FieldItemTypesMax = 1000;

    /// <summary>Most fields of one run that are looked at, all item types together.</summary>
    public const int FieldsPerRunMax = 4096;

    /// <summary>Most labels of one run.</summary>
    public const int LabelsMax = 32;

    /// <summary>Longest Idempotency-Key, in characters.</summary>
    public const int IdempotencyKeyCharsMax = 200;

    /// <summary>Most attempts of one job, the first included.</summary>
    public const int AttemptsMax = 20;

    /// <summary>Longest wait before an attempt, in milliseconds.</summary>
    public const long BackoffMsMax = 24L * 60 * 60 * 1000;

    /// <summary>Most steps of fan-out below a root.</summary>
    public const int FanOutDepthMax = 20;

    /// <summary>Most child runs of one tree.</summary>
    public const int TreeRunsMax = 1_000_000;

    /// <summary>Longest name of a pool of proxies, in characters.</summary>
    public const int ProxyPoolNameCharsMax = 100;

    /// <summary>Longest key of a sticky proxy, in characters.</summary>
    public const int ProxyStickyKeyCharsMax = 256;

    /// <summary>Most endpoints of one pool of proxies.</summary>
    public const int ProxyEndpointsMax = 10_000;

    /// <summary>Longest time a key sticks to a proxy, in milliseconds.</summary>
    public const long ProxyStickyMsMax = 30L * 24 * 60 * 60 * 1000;

    /// <summary>Longest time a proxy that failed is left out, in milliseconds.</summary>
    public const long ProxyCoolDownMsMax = 24L * 60 * 60 * 1000;

    /// <summary>Longest wait of a run for a proxy, in milliseconds.</summary>
    public const long ProxyWaitMsMax = 60L * 60 * 1000;

    /// <summary>Most turns at one host at the same time.</summary>
    public const int PoliteTurnsMax = 100;

    /// <summary>Longest delay between two turns at one host, in milliseconds.</summary>
    public const long PoliteDelayMsMax = 10L * 60 * 1000;

    /// <summary>Longest wait for one turn, in milliseconds.</summary>
    public const long PoliteWaitMsMax = 60L * 60 * 1000;

    /// <summary>Most turns that one run waits for at the same time.</summary>
    public const int PoliteTurnsWaitingMax = 1_000;

    /// <summary>Longest name by which robots.txt may speak of a script, in characters.</summary>
    public const int PoliteUserAgentCharsMax = 100;
}
