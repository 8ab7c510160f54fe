using Amazon.Runtime;

namespace Quarry.Lode.Stores.S3;

/// <summary>
/// The S3 client's way to the server, without <c>Expect: 100-continue</c>. A gateway that refuses a put on its headers may
/// take the body, which .NET sends all the same when it is small, for the next request on the connection: that one then
/// fails with 405. Seen with Ceph 16 after a put-if-absent that lost.
/// </summary>
internal class S3Http : HttpClientFactory
{
    private static readonly TimeSpan ConnectionLife = TimeSpan.FromMinutes(5);

    /// <inheritdoc/>
    public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
        new(new NoExpectation(Inner())) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>What sends.</summary>
    protected virtual HttpMessageHandler Inner() =>
        new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = ConnectionLife };

    private sealed class NoExpectation(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            request.Headers.ExpectContinue = false;
            return base.SendAsync(request, cancellationToken);
        }
    }
}
