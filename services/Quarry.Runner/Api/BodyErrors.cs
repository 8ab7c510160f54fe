using System.Text.Json;
using Quarry.Contracts.Api;
using Quarry.ServiceDefaults;

namespace Quarry.Runner.Api;

/// <summary>Bodies that are not what a call takes become a problem that says where.</summary>
internal static class BodyErrors
{
    public static IApplicationBuilder UseBodyErrors(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                try
                {
                    await next(context);
                }
                catch (BadHttpRequestException e)
                {
                    var cause = e.InnerException is JsonException json ? $"{json.Message}" : e.Message;
                    await Problems
                        .Of(
                            400,
                            ErrorCodes.InvalidRequest,
                            $"The body cannot be read: {cause}",
                            "Send JSON as the API document at /api/v1/openapi.json describes it."
                        )
                        .ExecuteAsync(context);
                }
            }
        );
}
