using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Quarry.Catalogue;

/// <summary>Where a page of runs ended: the next one goes on behind it, whatever was added meanwhile.</summary>
public sealed record RunCursor(long QueuedAtUs, string RunId)
{
    /// <summary>As callers carry it.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{QueuedAtUs}:{RunId}"))
        );

    /// <summary>Reads it back; null when it is not one of ours.</summary>
    public static RunCursor? Parse(string text)
    {
        if (!Base64Url.IsValid(text))
            return null;
        var plain = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(text));
        var colon = plain.IndexOf(':', StringComparison.Ordinal);
        return
            colon > 0
            && long.TryParse(
                plain.AsSpan(0, colon),
                NumberStyles.AllowLeadingSign,
                CultureInfo.InvariantCulture,
                out var at
            )
            ? new(at, plain[(colon + 1)..])
            : null;
    }
}
