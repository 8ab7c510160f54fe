using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Quarry.Tests.Dashboard;

/// <summary>A service that speaks HTTP on a port of its own: answers what a test says, and keeps what it was asked.</summary>
internal sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly ConcurrentDictionary<string, RequestDelegate> answers = new(StringComparer.Ordinal);

    private FakeService(WebApplication app) => this.app = app;

    /// <summary>Requests in the order they came.</summary>
    public ConcurrentQueue<Seen> Requests { get; } = new();

    public string Address => app.Urls.Single();

    public static async Task<FakeService> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var service = new FakeService(builder.Build());
        service.Answer("GET", "/health/report", 200, """{"status":"healthy","checks":[]}""");
        service.app.Run(service.AnswerAsync);
        await service.app.StartAsync();
        return service;
    }

    /// <summary>Answers a path and its query with JSON.</summary>
    public void Answer(string method, string path, int status, string json) =>
        Answer(
            method,
            path,
            async http =>
            {
                http.Response.StatusCode = status;
                http.Response.ContentType = status < 400 ? "application/json" : "application/problem+json";
                await http.Response.WriteAsync(json);
            }
        );

    /// <summary>Answers a path with what a test does.</summary>
    public void Answer(string method, string path, RequestDelegate answer) => answers[$"{method} {path}"] = answer;

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private Task AnswerAsync(HttpContext http)
    {
        var headers = http.Request.Headers.ToDictionary(
            h => h.Key,
            h => h.Value.ToString(),
            StringComparer.OrdinalIgnoreCase
        );
        Requests.Enqueue(new(http.Request.Method, http.Request.Path + http.Request.QueryString.Value, headers));
        if (answers.TryGetValue($"{http.Request.Method} {http.Request.Path}", out var answer))
            return answer(http);
        return http.Response.WriteAsync($"{http.Request.Method} {http.Request.Path} here");
    }
}

/// <summary>A request as it arrived.</summary>
internal sealed record Seen(string Method, string Address, IReadOnlyDictionary<string, string> Headers);
