using Quarry.Contracts.Proxies;

namespace Quarry.Streams.Proxies;

/// <summary>What a process knows of one pool: the twin of Lua/pick.lua and its neighbours.</summary>
internal sealed class PoolState(int firstTurn)
{
    private readonly Dictionary<string, ProxyHealth> health = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Note> sticky = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Note> left = new(StringComparer.Ordinal);
    private readonly List<string> taken = [];
    private int turn = firstTurn;

    public ProxyHealth HealthOf(string endpoint) =>
        health.GetValueOrDefault(endpoint) ?? new(endpoint, Score: 1, Failures: 0, CoolsUntil: null);

    public ProxyPick Pick(ProxyQuestion question, DateTimeOffset now)
    {
        Forget(now);
        var candidates = question.Endpoints.Where(e => !(HealthOf(e).CoolsUntil > now)).ToList();
        if (candidates.Count == 0)
            return new(null, question.Endpoints.Min(e => HealthOf(e).CoolsUntil));
        if (left.TryGetValue(question.Tree, out var avoided))
            Without(candidates, avoided.Endpoint);
        var endpoint = question.Strategy switch
        {
            ProxyStrategy.Random => ByChance(candidates, question),
            ProxyStrategy.Sticky => Bound(candidates, question, now),
            _ => NextOf(candidates, question.Endpoints),
        };
        _ = taken.Remove(endpoint);
        taken.Insert(0, endpoint);
        if (taken.Count > question.Endpoints.Count)
            taken.RemoveRange(question.Endpoints.Count, taken.Count - question.Endpoints.Count);
        return new(endpoint);
    }

    public void Report(string endpoint, bool isOk, ProxyCoolDown coolDown, DateTimeOffset now)
    {
        const double weight = ProxyHealth.NewestWeight;
        var known = HealthOf(endpoint);
        var score = known.Score + (weight * ((isOk ? 1 : 0) - known.Score));
        if (isOk)
            health[endpoint] = new(endpoint, score, Failures: 0, CoolsUntil: null);
        else if (known.CoolsUntil > now)
            health[endpoint] = known with { Score = score };
        else
            health[endpoint] = new(endpoint, score, known.Failures + 1, now + coolDown.After(known.Failures + 1));
    }

    public void Leave(string endpoint, string tree, string? stickyKey, DateTimeOffset now)
    {
        if (stickyKey is not null && sticky.GetValueOrDefault(stickyKey).Endpoint == endpoint)
            _ = sticky.Remove(stickyKey);
        left[tree] = new(endpoint, now + ProxyQuestion.LeftFor);
    }

    private string ByChance(List<string> candidates, ProxyQuestion question)
    {
        foreach (var recent in taken.Take(question.RecencyWindow))
            Without(candidates, recent);
        return candidates[(int)(question.Chance * candidates.Count)];
    }

    private string Bound(List<string> candidates, ProxyQuestion question, DateTimeOffset now)
    {
        if (sticky.TryGetValue(question.StickyKey, out var bound) && candidates.Contains(bound.Endpoint))
            return bound.Endpoint;
        var endpoint = NextOf(candidates, question.Endpoints);
        sticky[question.StickyKey] = new(endpoint, now + question.StickyFor);
        return endpoint;
    }

    /// <summary>The first candidate behind the one that had the last turn.</summary>
    private string NextOf(List<string> candidates, IReadOnlyList<string> endpoints)
    {
        for (var step = 0; ; step++)
        {
            var place = (turn + step) % endpoints.Count;
            if (!candidates.Contains(endpoints[place]))
                continue;
            turn = place + 1;
            return endpoints[place];
        }
    }

    private static void Without(List<string> candidates, string endpoint)
    {
        if (candidates.Count > 1)
            _ = candidates.Remove(endpoint);
    }

    private void Forget(DateTimeOffset now)
    {
        foreach (var notes in (Dictionary<string, Note>[])[sticky, left])
        {
            foreach (var (key, note) in notes)
            {
                if (note.Until <= now)
                    _ = notes.Remove(key);
            }
        }
    }

    private readonly record struct Note(string Endpoint, DateTimeOffset Until);
}
