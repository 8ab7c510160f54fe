using System.Text;
using Quarry.Contracts;
using Quarry.Wire.Frames;
using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.Ingest;

/// <summary>The checks every event passes before a policy sees it (CONTRACT_IPC, failures; CONTRACT_EMIT, envelope).</summary>
internal sealed class EventGate(string runId, int attempt)
{
    private readonly byte[] runIdUtf8 = Encoding.UTF8.GetBytes(runId);

    /// <summary>The seq the next event must have.</summary>
    public long NextSeq { get; private set; } = 1;

    /// <summary>Lets the event pass and counts it, or says what is wrong with it.</summary>
    public IngestFault? Admit(scoped in FrameHeader header)
    {
        var fault = CheckVersion(header) ?? CheckIdentity(header) ?? CheckShape(header);
        if (fault is null)
            NextSeq++;
        return fault;
    }

    private static IngestFault? CheckVersion(scoped in FrameHeader header)
    {
        if (ContractVersion.IsSupported(header.ContractVersion))
            return null;
        return new(
            IngestFaultKind.Version,
            $"The executor speaks emit contract '{Text(header.ContractVersion)}'; this runtime speaks 0.x and 1.x. "
                + "Use an executor and SDK of a supported version."
        );
    }

    private IngestFault? CheckIdentity(scoped in FrameHeader header)
    {
        if (!header.RunId.SequenceEqual(runIdUtf8))
            return IngestFault.Stream($"executor sent an event of run '{Text(header.RunId)}', this is run '{runId}'");
        if (header.Attempt != attempt)
            return IngestFault.Stream($"executor sent attempt {header.Attempt}, this is attempt {attempt}");
        return header.Seq == NextSeq
            ? null
            : IngestFault.Stream(
                $"executor sent seq {header.Seq}, expected {NextSeq}: an event is missing or repeated"
            );
    }

    private static IngestFault? CheckShape(scoped in FrameHeader header)
    {
        if (header.EventId.IsEmpty)
            return Missing("event_id", header);
        if (header.Ts.IsEmpty)
            return Missing("ts", header);
        if (header.Payload.IsEmpty)
            return Missing("payload", header);
        var payload = new MsgPackSpan(header.Payload);
        return payload.TryReadMapHeader(out _)
            ? null
            : IngestFault.Stream($"executor sent seq {header.Seq} with a payload that is not a map");
    }

    private static IngestFault Missing(string field, scoped in FrameHeader header) =>
        IngestFault.Stream($"executor sent seq {header.Seq} without {field}");

    private static string Text(ReadOnlySpan<byte> utf8) =>
        Encoding.UTF8.GetString(utf8.Length > Limits.IdCharsMax ? utf8[..Limits.IdCharsMax] : utf8);
}
