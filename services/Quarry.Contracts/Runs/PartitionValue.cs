using System.Buffers;
using System.Text;

namespace Quarry.Contracts.Runs;

/// <summary>
/// The one escaping rule of partition values (CONTRACT_LODE, escaping): letters, digits and <c>._~-$&amp;+:=@</c> as
/// they are, every other UTF-8 byte as <c>%XX</c>. The TypeScript twin is held equal by shared vectors.
/// </summary>
public static class PartitionValue
{
    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._~-$&+:=@"u8
    );

    /// <summary>Why a value is refused: <c>empty</c>, <c>dots</c> or <c>too_long</c>; null when it may be used.</summary>
    public static string? Refuse(string value) =>
        value switch
        {
            "" => "empty",
            "." or ".." => "dots",
            _ => EscapedBytes(value) > Limits.PartitionValueBytesMax ? "too_long" : null,
        };

    /// <summary>Escapes a value that <see cref="Refuse"/> allows.</summary>
    /// <exception cref="ArgumentException">The value is refused.</exception>
    public static string Escape(string value)
    {
        if (Refuse(value) is { } reason)
            throw new ArgumentException($"'{value}' cannot be a partition value: {reason}", nameof(value));
        var escaped = new StringBuilder(value.Length + 8);
        foreach (var unit in Encoding.UTF8.GetBytes(value))
            _ = Plain.Contains(unit) ? escaped.Append((char)unit) : escaped.Append('%').Append(unit.ToString("X2"));
        return escaped.ToString();
    }

    private static int EscapedBytes(string value)
    {
        var bytes = 0;
        foreach (var unit in Encoding.UTF8.GetBytes(value))
            bytes += Plain.Contains(unit) ? 1 : 3;
        return bytes;
    }
}
