using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Planning;

/// <summary>
/// Decides everything that can be decided before a process starts, and finds everything that would go wrong: one
/// message with all of it is better than the first of it after half the application runs.
/// </summary>
/// <param name="configuration">Settings of AppHost.</param>
/// <param name="randomizePorts">Whether fixed ports are ignored, so that tests can run side by side.</param>
internal sealed class Planner(IConfiguration configuration, bool randomizePorts)
{
    private readonly List<string> problems = [];

    /// <summary>Plans the application.</summary>
    /// <exception cref="DistributedApplicationException">It cannot start; the message lists every reason.</exception>
    public IReadOnlyList<ResourcePlan> Plan(IEnumerable<IResource> resources)
    {
        var all = resources.ToArray();
        problems.AddRange(WaitCycles.Find(all));
        foreach (var redis in all.OfType<RedisResource>())
            redis.Presence = RedisFinder.Find(configuration, redis.Name);
        foreach (var parameter in all.OfType<ParameterResource>())
            Check(parameter);
        var plans = all.Where(r => r is not ParameterResource).Select(PlanOne).ToArray();
        foreach (var plan in plans)
            Allocate(plan);
        if (problems.Count == 0)
            return plans;
        foreach (var plan in plans)
            plan.Dispose();
        throw new DistributedApplicationException(string.Join(Environment.NewLine, problems));
    }

    private ResourcePlan PlanOne(IResource resource)
    {
        if (resource is RedisResource redis)
            return PlanRedis(redis);
        if (resource is ContainerResource)
            problems.Add(
                $"Resource '{resource.Name}' is a container, which the local back end cannot run: it starts projects, "
                    + "programs, Node and Redis. Build with -p:UseAspire=true for containers."
            );
        var wanted = resource.Annotations.OfType<ReplicaCount>().LastOrDefault()?.Value ?? 1;
        var missing = resource
            .Annotations.OfType<ConnectionReference>()
            .FirstOrDefault(r => r.Source is RedisResource { Presence: RedisPresence.Absent });
        if (wanted == 1 || missing is null)
            return new(resource, wanted);
        return new(resource, 1)
        {
            StandIn =
                $"one process instead of {wanted}: without '{missing.Source.Name}' they could not share the work.",
        };
    }

    private static ResourcePlan PlanRedis(RedisResource redis) =>
        redis.Presence switch
        {
            RedisPresence.Server => new(redis, 1)
            {
                Without = $"To start without it: --{RedisFinder.ServerSetting} none.",
            },
            RedisPresence.Given => new(redis, 0),
            RedisPresence.Absent absent => new(redis, 0)
            {
                StandIn =
                    $"none, {absent.Reason}; services use queues inside their own process. "
                    + $"For a real one install redis-server or set ConnectionStrings__{redis.Name}.",
            },
            _ => throw new InvalidOperationException($"Unknown presence {redis.Presence}."),
        };

    private void Check(ParameterResource parameter)
    {
        try
        {
            var value = parameter.GetValueAsync(CancellationToken.None).AsTask().GetAwaiter().GetResult();
            if (parameter.Default is GenerateParameterDefault { MinLength: var least } && value!.Length < least)
                problems.Add(
                    $"Parameter '{parameter.Name}' is too weak: it has {value.Length} characters and needs at least {least}. "
                        + "Give a longer one, or none: it is generated then."
                );
        }
        catch (DistributedApplicationException e)
        {
            problems.Add(e.Message);
        }
    }

    private void Allocate(ResourcePlan plan)
    {
        if (plan.Replicas == 0)
            return;
        foreach (var endpoint in plan.Endpoints)
        {
            var wanted = randomizePorts ? 0 : endpoint.Port ?? 0;
            if (PortReservation.TryTake(wanted) is { } taken)
            {
                endpoint.AllocatedPort = taken.Port;
                plan.Reservations.Add(taken);
                continue;
            }
            problems.Add(
                $"Port {wanted} of '{plan.Name}' ({endpoint.Name}) is in use by another process, perhaps another Quarry. "
                    + "End that one, or start with --port 0 to take a free port: docs/operations/port-busy.md"
            );
        }
    }
}
