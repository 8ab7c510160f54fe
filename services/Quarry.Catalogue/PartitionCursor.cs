using System.Buffers.Text;
using System.Text.Json;

namespace Quarry.Catalogue;

/// <summary>Where a page of partitions ended: the next one goes on behind it.</summary>
public sealed record PartitionCursor(string Source, string Category, string Day)
{
    /// <summary>As callers carry it.</summary>
    public override string ToString() =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes<string[]>([Source, Category, Day]));

    /// <summary>Reads it back; null when it is not one of ours.</summary>
    public static PartitionCursor? Parse(string text)
    {
        if (!Base64Url.IsValid(text))
            return null;
        try
        {
            var parts = JsonSerializer.Deserialize<string[]>(Base64Url.DecodeFromChars(text));
            return parts is [{ } source, { } category, { } day] ? new(source, category, day) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
