namespace Quarry.Cli.Configuration;

/// <summary>Finds what somebody who misspelled a name may have meant.</summary>
internal static class NearestName
{
    private const int EditsMax = 3;

    /// <summary>The known name with the fewest edits; null when none is near.</summary>
    public static string? Of(string name, IEnumerable<string> known)
    {
        var (nearest, edits) = known.Select(k => (k, Edits(name, k))).MinBy(k => k.Item2);
        return edits <= Math.Min(EditsMax, name.Length / 2 + 1) ? nearest : null;
    }

    /// <summary>Characters to add, remove or change: Levenshtein's distance.</summary>
    private static int Edits(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var changed = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(changed, Math.Min(row[j], row[j - 1]) + 1);
            }
        }
        return row[^1];
    }
}
