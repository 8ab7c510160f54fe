using Aspire.Hosting;
using Quarry.AppHost.Local.Planning;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>Ports on which one process of a resource listens.</summary>
internal static class ReplicaPorts
{
    /// <summary>The public ones for a single process; free ones when a proxy stands before several.</summary>
    public static Dictionary<string, int> Of(ResourcePlan plan)
    {
        if (plan.Replicas == 1)
            return plan.Endpoints.ToDictionary(e => e.Name, e => e.AllocatedPort!.Value);
        var free = plan.Endpoints.ToDictionary(
            e => e.Name,
            _ =>
                PortReservation.TryTake(0)
                ?? throw new DistributedApplicationException($"No port is free for another process of '{plan.Name}'.")
        );
        var ports = free.ToDictionary(f => f.Key, f => f.Value.Port);
        foreach (var reservation in free.Values)
            reservation.Dispose();
        return ports;
    }
}
