using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.Ingest;

/// <summary>Reads what the executor reports of the script and of its end.</summary>
internal static class ReportFrames
{
    /// <summary>Outcome of a <c>run_result</c> frame; null when it has none.</summary>
    public static ReportedResult? ReadResult(ReadOnlySpan<byte> map)
    {
        if (!MsgPackMap.TryFind(map, "outcome"u8, out var outcome))
            return null;
        var status = MsgPackMap.FindText(outcome, "status"u8);
        return status is null ? null : new(status, ReadError(outcome), ReadProxy(map));
    }

    /// <summary>The proxy that the executor says it used; null when it says none.</summary>
    private static ReportedProxy? ReadProxy(ReadOnlySpan<byte> map)
    {
        if (!MsgPackMap.TryFind(map, "proxy_used"u8, out var used))
            return null;
        var failed = MsgPackMap.FindInt64(used, "failed_requests"u8) ?? 0;
        return new(
            MsgPackMap.FindText(used, "protocol"u8),
            MsgPackMap.FindText(used, "host"u8),
            MsgPackMap.FindInt64(used, "port"u8),
            Math.Max(0, failed)
        );
    }

    /// <summary>Error facts of a <c>run_error</c> payload or an outcome.</summary>
    public static ReportedError ReadError(ReadOnlySpan<byte> map) =>
        new(
            MsgPackMap.FindText(map, "error_type"u8),
            MsgPackMap.FindText(map, "message"u8),
            MsgPackMap.FindText(map, "stack"u8)
        );

    /// <summary>What the executor would have exited with, in an <c>executor_ready</c> frame; a crash when it has none.</summary>
    public static int ReadExitCode(ReadOnlySpan<byte> map)
    {
        const int crash = 2;
        return (int)(MsgPackMap.FindInt64(map, "exit_code"u8) ?? crash);
    }

    /// <summary>Version of the script in a <c>script_info</c> frame: 64 hex digits; null when it is anything else.</summary>
    public static string? ReadScriptSha256(ReadOnlySpan<byte> map) =>
        MsgPackMap.FindText(map, "sha256"u8) is { Length: 64 } text && text.All(char.IsAsciiHexDigit) ? text : null;
}
