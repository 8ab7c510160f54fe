using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>In which order resources end: who waited for another one ends before it.</summary>
internal static class StopOrder
{
    /// <summary>Groups of resources; those of one group end at the same time.</summary>
    public static IEnumerable<IReadOnlyList<ResourceController>> Layers(IReadOnlyList<ResourceController> all)
    {
        var left = all.ToList();
        while (left.Count > 0)
        {
            var needed = left.SelectMany(c => c.Plan.Waits).Select(w => w.On).ToHashSet<IResource>();
            var free = left.Where(c => !needed.Contains(c.Plan.Resource)).ToArray();
            yield return free;
            left.RemoveAll(free.Contains);
        }
    }
}
