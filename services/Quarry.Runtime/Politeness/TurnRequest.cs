using Quarry.Contracts;
using Quarry.Wire.MsgPack;

namespace Quarry.Runtime.Politeness;

/// <summary>A <c>turn_request</c> frame.</summary>
/// <param name="Id">Its id, which the answer repeats.</param>
/// <param name="Host">Host of its address, with the port where that is not the usual one; null when it has none.</param>
/// <param name="DelayMs">The delay that the host itself asks for, in milliseconds; 0 for none.</param>
internal sealed record TurnRequest(long Id, string? Host, long DelayMs)
{
    /// <summary>Reads a frame; null when it has no id to answer to.</summary>
    public static TurnRequest? Read(ReadOnlySpan<byte> map)
    {
        if (MsgPackMap.FindInt64(map, "turn_id"u8) is not { } id)
            return null;
        var delayMs = MsgPackMap.FindInt64(map, "delay_ms"u8) ?? 0;
        return new(id, HostOf(MsgPackMap.FindText(map, "url"u8)), Math.Clamp(delayMs, 0, Limits.PoliteDelayMsMax));
    }

    private static string? HostOf(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var parsed)
        && parsed.Scheme is "http" or "https"
        && parsed.Host.Length > 0
            ? parsed.IdnHost.ToLowerInvariant() + (parsed.IsDefaultPort ? "" : $":{parsed.Port}")
            : null;
}
