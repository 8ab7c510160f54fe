using Quarry.Contracts.Api;
using Quarry.ServiceDefaults;

namespace Quarry.Dashboard.Access;

/// <summary>
/// A browser sends the session's cookie along whatever page makes it call, and for cookies every port of a host is the
/// same site: a page that is served beside the dashboard could change things, or open the live connection, in the name of
/// the person who looks at it. So such a request with a cookie must come from a page of this origin.
/// </summary>
internal static class SameOrigin
{
    public static IApplicationBuilder UseSameOrigin(this IApplicationBuilder app) =>
        app.Use(
            (context, next) =>
                IsAllowed(context.Request)
                    ? next(context)
                    : Problems
                        .Of(
                            StatusCodes.Status403Forbidden,
                            ErrorCodes.Forbidden,
                            "A page of another origin must not do this with the session of the person who looks at it.",
                            "Programs send 'Authorization: Bearer KEY' instead of a cookie."
                        )
                        .ExecuteAsync(context)
        );

    private static bool IsAllowed(HttpRequest request)
    {
        if (!request.Cookies.ContainsKey(Session.CookieName) || request.Headers.Authorization.Count > 0)
            return true;
        if (IsHarmless(request))
            return true;
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0
            ? Uri.TryCreate(origin, UriKind.Absolute, out var from) && from.Authority == request.Host.Value
            : request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin";
    }

    private static bool IsHarmless(HttpRequest request) =>
        (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
        && !request.HttpContext.WebSockets.IsWebSocketRequest
        && request.Headers.Upgrade.Count == 0;
}
