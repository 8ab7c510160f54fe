using System.Text.Json;
using Quarry.Contracts.Api;
using Quarry.Contracts.Lode;
using Quarry.ServiceDefaults;
using Quarry.Streams;

namespace Quarry.Runner.Api;

/// <summary>What keeps a request from being answered becomes a problem that says where and what to do.</summary>
internal static class RequestErrors
{
    public static IApplicationBuilder UseRequestErrors(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (Exception e) when (!context.Response.HasStarted && ToProblem(e) is not null)
                {
                    await ToProblem(e)!.ExecuteAsync(context);
                }
            }
        );

    private static IResult? ToProblem(Exception exception) =>
        exception switch
        {
            BadHttpRequestException e => Problems.Of(
                e.StatusCode,
                ErrorCodes.InvalidRequest,
                $"The body cannot be read: {Cause(e)}",
                "Send JSON as the API document at /api/v1/openapi.json describes it."
            ),
            LodeException e => Problems.Of(
                503,
                ErrorCodes.Unavailable,
                e.Message,
                "Try again when the Lode writer is back: docs/operations/lode-away.md"
            ),
            _ when StreamFaults.IsAway(exception) => Problems.Of(
                503,
                ErrorCodes.Unavailable,
                $"Redis, which holds the run queue, does not answer: {exception.Message}",
                "Try again when it is back: docs/operations/redis-away.md"
            ),
            _ => null,
        };

    private static string Cause(BadHttpRequestException e) =>
        e.InnerException is JsonException json ? json.Message : e.Message;
}
