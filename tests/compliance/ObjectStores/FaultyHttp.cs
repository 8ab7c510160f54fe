using System.Net;
using System.Text;
using Quarry.Lode.Stores.S3;

namespace Quarry.Tests.Compliance.ObjectStores;

/// <summary>A client's way to a real server, with one fault in it that the test chooses.</summary>
internal sealed class FaultyHttp : S3Http
{
    /// <summary>Takes the request and the way on, gives what is done instead; null when this request is not one to harm.</summary>
    public delegate Func<Task<HttpResponseMessage>>? Harm(
        HttpRequestMessage request,
        Func<Task<HttpResponseMessage>> next
    );

    /// <summary>The fault; none at first.</summary>
    public Harm Fault { get; set; } = (_, _) => null;

    /// <summary>Requests that were harmed.</summary>
    public int Faults { get; private set; }

    protected override HttpMessageHandler Inner() => new Handler(this, base.Inner());

    /// <summary>The first matching request is carried out, and its answer is lost.</summary>
    public static Harm LoseAnswer(HttpMethod method, string query = "") =>
        Times(
            1,
            method,
            query,
            async next =>
            {
                (await next()).Dispose();
                throw new HttpRequestException("the connection was reset");
            }
        );

    /// <summary>Matching requests are not carried out, and answered like this.</summary>
    public static Harm Answer(
        HttpStatusCode status,
        string code,
        int times,
        HttpMethod? method = null,
        string query = ""
    ) =>
        Times(
            times,
            method,
            query,
            _ =>
                Task.FromResult(
                    new HttpResponseMessage(status)
                    {
                        Content = new StringContent(
                            $"<Error><Code>{code}</Code><Message>so it is</Message></Error>",
                            Encoding.UTF8,
                            "application/xml"
                        ),
                    }
                )
        );

    /// <summary>No request is ever answered.</summary>
    public static Harm Silence() =>
        Times(int.MaxValue, null, "", _ => new TaskCompletionSource<HttpResponseMessage>().Task);

    /// <summary>Answers to GET end after some bytes.</summary>
    public static Harm Tear(int after, int times) =>
        Times(
            times,
            HttpMethod.Get,
            "",
            async next =>
            {
                var answer = await next();
                var bytes = await answer.Content.ReadAsByteArrayAsync();
                var length = answer.Content.Headers.ContentLength;
                answer.Content = new StreamContent(new MemoryStream(bytes, 0, Math.Min(after, bytes.Length)));
                answer.Content.Headers.ContentLength = length;
                return answer;
            }
        );

    private static Harm Times(
        int times,
        HttpMethod? method,
        string query,
        Func<Func<Task<HttpResponseMessage>>, Task<HttpResponseMessage>> harm
    ) =>
        (request, next) =>
        {
            var isMeant =
                (method is null || request.Method == method)
                && request.RequestUri!.Query.Contains(query, StringComparison.Ordinal);
            return isMeant && times-- > 0 ? () => harm(next) : null;
        };

    private sealed class Handler(FaultyHttp owner, HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (owner.Fault(request, () => base.SendAsync(request, cancellationToken)) is not { } harmed)
                return await base.SendAsync(request, cancellationToken);
            owner.Faults++;
            return await harmed().WaitAsync(cancellationToken);
        }
    }
}
