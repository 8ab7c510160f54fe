using System.Net.Sockets;
using System.Text;
using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Planning;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>Asks a resource whether it can do its work.</summary>
/// <param name="http">Asks over HTTP.</param>
internal sealed class HealthProbe(HttpClient http)
{
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(5);

    /// <summary>Null when it is healthy, else why it is not.</summary>
    /// <param name="plan">The resource.</param>
    /// <param name="ports">Port on which the process listens, for each endpoint name.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<string?> AskAsync(
        ResourcePlan plan,
        IReadOnlyDictionary<string, int> ports,
        CancellationToken cancellationToken
    )
    {
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(AnswerWithin);
        try
        {
            if (plan.Resource is RedisResource redis)
                return await PingAsync(redis, ports, limited.Token);
            foreach (var check in plan.Resource.Annotations.OfType<HttpHealthCheck>())
                if (await GetAsync(check, ports, limited.Token) is { } problem)
                    return problem;
            return null;
        }
        catch (Exception e) when (e is HttpRequestException or SocketException or IOException)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"no answer in {AnswerWithin.TotalSeconds:0} s";
        }
    }

    private async Task<string?> GetAsync(
        HttpHealthCheck check,
        IReadOnlyDictionary<string, int> ports,
        CancellationToken cancellationToken
    )
    {
        var url = $"http://{EndpointReference.LoopbackHost}:{ports[check.EndpointName]}{check.Path}";
        using var response = await http.GetAsync(new Uri(url), cancellationToken);
        var status = (int)response.StatusCode;
        return status == check.StatusCode ? null : $"{check.Path} answered {status} instead of {check.StatusCode}";
    }

    private static async Task<string?> PingAsync(
        RedisResource redis,
        IReadOnlyDictionary<string, int> ports,
        CancellationToken cancellationToken
    )
    {
        using var client = new TcpClient();
        await client.ConnectAsync(EndpointReference.LoopbackHost, ports[RedisResource.EndpointName], cancellationToken);
        var password = await redis.PasswordParameter!.GetValueAsync(cancellationToken) ?? "";
        var request =
            $"*2\r\n$4\r\nAUTH\r\n${Encoding.UTF8.GetByteCount(password)}\r\n{password}\r\n*1\r\n$4\r\nPING\r\n";
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.UTF8.GetBytes(request), cancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        if (await reader.ReadLineAsync(cancellationToken) is not "+OK" and var refused)
            return $"AUTH answered {refused}";
        return await reader.ReadLineAsync(cancellationToken) is not "+PONG" and var other
            ? $"PING answered {other}"
            : null;
    }
}
