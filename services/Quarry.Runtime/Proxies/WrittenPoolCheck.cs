using System.Net;
using Quarry.Contracts;
using Quarry.Contracts.Proxies;

namespace Quarry.Runtime.Proxies;

/// <summary>Makes a pool of what is written, and says what is wrong with it.</summary>
internal sealed class WrittenPoolCheck(string pool, string folder, List<string> errors)
{
    private readonly Dictionary<string, int> addresses = new(StringComparer.Ordinal);

    public static ProxyPool Check(string name, WrittenPool? written, string folder, List<string> errors) =>
        new WrittenPoolCheck(name, folder, errors).Make(written ?? new());

    private ProxyPool Make(WrittenPool written)
    {
        if (pool.Length is 0 or > Limits.ProxyPoolNameCharsMax)
            Wrong("its name", $"must have 1 to {Limits.ProxyPoolNameCharsMax} characters");
        var count = written.Endpoints.Count;
        if (count is 0 or > Limits.ProxyEndpointsMax)
            Wrong("endpoints", $"has {count}, must have 1 to {Limits.ProxyEndpointsMax:N0}");
        var known = new ProxyPool { Name = pool, Endpoints = [] };
        return known with
        {
            Endpoints = [.. written.Endpoints.Take(Limits.ProxyEndpointsMax).Select((e, n) => Endpoint(e ?? new(), n))],
            Strategy = OneOf<ProxyStrategy>("strategy", written.Strategy) ?? DefaultStrategy(written),
            RecencyWindow = (int)InRange("recency_window", written.RecencyWindow, 0, Limits.ProxyEndpointsMax, 0),
            StickyScope = OneOf<ProxyStickyScope>("sticky.scope", written.Sticky?.Scope) ?? known.StickyScope,
            StickyTtlMs = InRange(
                "sticky.ttl_ms",
                written.Sticky?.TtlMs,
                1,
                Limits.ProxyStickyMsMax,
                known.StickyTtlMs
            ),
            CoolDownMs = InRange("cool_down_ms", written.CoolDownMs, 1, Limits.ProxyCoolDownMsMax, known.CoolDownMs),
            CoolDownMaxMs = InRange(
                "cool_down_max_ms",
                written.CoolDownMaxMs,
                1,
                Limits.ProxyCoolDownMsMax,
                Math.Max(known.CoolDownMaxMs, written.CoolDownMs ?? 0)
            ),
            WaitMs = InRange("wait_ms", written.WaitMs, 0, Limits.ProxyWaitMsMax, known.WaitMs),
        };
    }

    private static ProxyStrategy DefaultStrategy(WrittenPool written) =>
        written.Sticky is null ? ProxyStrategy.RoundRobin : ProxyStrategy.Sticky;

    private ProxyEndpoint Endpoint(WrittenEndpoint written, int place)
    {
        var at = $"endpoints[{place}]";
        var protocol = OneOf<ProxyProtocol>($"{at}.protocol", written.Protocol ?? "");
        if (Uri.CheckHostName(written.Host) == UriHostNameType.Unknown)
            Wrong($"{at}.host", "must be the name or address of a host, without scheme, port or login");
        var port = (int)InRange($"{at}.port", written.Port ?? 0, 1, IPEndPoint.MaxPort, 0);
        var (username, password) = Login(written, at, protocol);
        var address = $"{QuarryNames.Of(protocol ?? default)}://{written.Host}:{port}";
        var times = addresses[address] = addresses.GetValueOrDefault(address) + 1;
        var id = times == 1 ? address : $"{address}#{times}";
        return new(id, protocol ?? default, written.Host ?? "", port, username, password);
    }

    private (Username?, SecretReference?) Login(WrittenEndpoint written, string at, ProxyProtocol? protocol)
    {
        if (string.IsNullOrEmpty(written.Username) != string.IsNullOrEmpty(written.Password))
            Wrong($"{at}.username and {at}.password", "have to be given together");
        if (string.IsNullOrEmpty(written.Username) || string.IsNullOrEmpty(written.Password))
            return default;
        if (protocol == ProxyProtocol.Socks5)
            Wrong($"{at}.username", "cannot be used: Chromium does not log in to socks5 proxies");
        var password = SecretReference.TryParse(written.Password, folder);
        if (password is null)
            Wrong($"{at}.password", "must not stand in the file: write ${env:NAME} or ${file:PATH}");
        var reference = SecretReference.TryParse(written.Username, folder);
        return (new(reference is null ? new(written.Username) : null, reference), password);
    }

    private T? OneOf<T>(string field, string? name)
        where T : struct, Enum
    {
        if (name is null)
            return null;
        var value = QuarryNames.Parse<T>(name);
        if (value is null)
            Wrong(field, $"must be one of {string.Join(", ", Enum.GetValues<T>().Select(QuarryNames.Of))}");
        return value;
    }

    private long InRange(string field, long? value, long least, long most, long otherwise)
    {
        if (value < least || value > most)
            Wrong(field, $"must be {least:N0} to {most:N0}");
        return value ?? otherwise;
    }

    private void Wrong(string field, string what) => errors.Add($"pools.{pool}.{field} {what}");
}
