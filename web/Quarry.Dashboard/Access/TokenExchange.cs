using Microsoft.AspNetCore.Http.Extensions;

namespace Quarry.Dashboard.Access;

/// <summary>A sign-in token in the address of a page becomes a session, and the address is left without it.</summary>
internal static class TokenExchange
{
    private const string Parameter = "token";

    public static IApplicationBuilder UseTokenExchange(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                var shown = context.Request.Query[Parameter].ToString();
                if (
                    shown.Length == 0
                    || !HttpMethods.IsGet(context.Request.Method)
                    || AccessRegistration.IsApi(context.Request)
                )
                {
                    await next(context);
                    return;
                }
                var isAccepted = context.RequestServices.GetRequiredService<AccessSettings>().AcceptsToken(shown);
                if (isAccepted)
                    await Session.OpenAsync(context);
                context.Response.Redirect(isAccepted ? Without(context.Request) : $"{SignInPage.Path}?wrong=1");
            }
        );

    /// <summary>The same place of this host, and never another host's: <c>//host</c> would be one.</summary>
    private static string Without(HttpRequest request)
    {
        var rest = new QueryBuilder(request.Query.Where(q => q.Key != Parameter));
        return "/" + request.Path.ToUriComponent().TrimStart('/', '\\') + rest.ToQueryString();
    }
}
