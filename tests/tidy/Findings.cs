namespace Quarry.Tests.Tidy;

/// <summary>Fails with every finding on a line of its own, so that one run shows all there is to mend.</summary>
internal static class Findings
{
    public static void None(IEnumerable<string> findings)
    {
        var all = findings.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(all.Count == 0, $"{all.Count} found:\n  {string.Join("\n  ", all)}");
    }
}
