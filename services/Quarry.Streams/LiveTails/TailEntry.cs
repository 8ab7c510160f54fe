using System.Globalization;
using System.Text;

namespace Quarry.Streams.LiveTails;

/// <summary>One entry of a live tail.</summary>
/// <param name="Id">Its number in the run, as text: what a reader resumes after.</param>
/// <param name="Name"><c>state</c>, <c>event</c>, <c>console</c>, <c>progress</c>, <c>missed</c> or <c>end</c>.</param>
/// <param name="Json">Its data.</param>
public sealed record TailEntry(string Id, string Name, ReadOnlyMemory<byte> Json)
{
    /// <summary>Entries kept of one run.</summary>
    public const int KeptMax = 2_000;

    /// <summary>Name of the last entry of a run.</summary>
    public const string EndName = "end";

    /// <summary>Name of the entry that says how many entries are not shown.</summary>
    public const string MissedName = "missed";

    /// <summary>Data of a <see cref="MissedName"/> entry.</summary>
    public static byte[] MissedJson(long entries) => Encoding.UTF8.GetBytes($"{{\"entries\":{entries}}}");

    /// <summary>The number in an id; 0 for none, so that a reader with a foreign id starts at the beginning.</summary>
    internal static long Number(string? id) =>
        long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    /// <summary>
    /// Where a reader starts: an id beyond the last one is of a former tail, whose successor it reads whole.
    /// </summary>
    internal static long Start(string? afterId, long last) => Number(afterId) is var after && after <= last ? after : 0;

    /// <summary>Entries as a reader gets them: with a note where some were discarded before it came to them.</summary>
    internal static IEnumerable<TailEntry> WithGaps(IEnumerable<TailEntry> entries, long after)
    {
        foreach (var entry in entries)
        {
            var number = Number(entry.Id);
            if (number > after + 1)
                yield return new(
                    (number - 1).ToString(CultureInfo.InvariantCulture),
                    MissedName,
                    MissedJson(number - after - 1)
                );
            yield return entry;
            after = number;
        }
    }
}
