using System.Text;

namespace Quarry.Wire.MsgPack;

/// <summary>Text that may be hostile.</summary>
internal static class Utf8
{
    /// <summary>The same bytes when they are valid UTF-8; otherwise with each broken part replaced by U+FFFD.</summary>
    public static ReadOnlySpan<byte> Sound(ReadOnlySpan<byte> text) =>
        System.Text.Unicode.Utf8.IsValid(text) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
}
