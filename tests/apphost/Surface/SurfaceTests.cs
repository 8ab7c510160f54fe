namespace Quarry.Tests.AppHost.Surface;

/// <summary>
/// The local back end declares a part of Aspire's API and nothing beside it, or AppHost.cs would compile here and fail
/// there. aspire-surface.txt lists the signatures of Aspire that it may declare.
/// </summary>
public sealed class SurfaceTests
{
    private static readonly Type[] Declared =
    [
        .. typeof(DistributedApplication)
            .Assembly.GetExportedTypes()
            .Where(t => t.Namespace!.StartsWith("Aspire.", StringComparison.Ordinal)),
    ];

    [Fact]
    public void every_public_member_is_one_of_aspire_with_the_same_signature()
    {
        var allowed = Allowed();
        var strangers = Declared.SelectMany(SurfaceText.Of).Where(m => !allowed.Contains(m)).Order().ToArray();
        Assert.True(strangers.Length == 0, $"Not in aspire-surface.txt:\n{string.Join('\n', strangers)}");
    }

    [Fact]
    public void the_list_of_signatures_names_nothing_that_is_gone()
    {
        var declared = Declared.SelectMany(SurfaceText.Of).ToHashSet();
        var stale = Allowed().Where(m => !declared.Contains(m)).Order().ToArray();
        Assert.True(stale.Length == 0, $"In aspire-surface.txt, but not declared:\n{string.Join('\n', stale)}");
    }

    private static HashSet<string> Allowed()
    {
        using var stream = typeof(SurfaceTests).Assembly.GetManifestResourceStream("aspire-surface.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n').Where(l => l.Length > 0 && l[0] != '#')];
    }
}
