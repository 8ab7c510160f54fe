using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Planning;

/// <summary>Finds resources that wait for each other.</summary>
internal static class WaitCycles
{
    /// <summary>One message for each cycle.</summary>
    public static IEnumerable<string> Find(IReadOnlyList<IResource> resources)
    {
        var finished = new HashSet<IResource>();
        foreach (var resource in resources)
            if (Visit(resource, [], finished) is { } cycle)
                yield return $"These resources wait for each other, so none can start: {cycle}. Remove one WaitFor.";
    }

    private static string? Visit(IResource resource, List<IResource> path, HashSet<IResource> finished)
    {
        var start = path.IndexOf(resource);
        if (start >= 0)
            return string.Join(" -> ", path.Skip(start).Append(resource).Select(r => r.Name));
        if (!finished.Add(resource))
            return null;
        path.Add(resource);
        var cycle = resource
            .Annotations.OfType<WaitCondition>()
            .Select(w => Visit(w.On, path, finished))
            .FirstOrDefault(c => c is not null);
        path.Remove(resource);
        return cycle;
    }
}
