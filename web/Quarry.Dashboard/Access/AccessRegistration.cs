using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;

namespace Quarry.Dashboard.Access;

/// <summary>Registration of both ways in. Whatever does not say otherwise needs one of them.</summary>
internal static class AccessRegistration
{
    private const string AnyScheme = "any";

    /// <summary>Adds sessions, API keys and the rule that everything needs one of them.</summary>
    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AccessSettings>();
        services
            .AddAuthentication(AnyScheme)
            .AddPolicyScheme(AnyScheme, displayName: null, o => o.ForwardDefaultSelector = Choose)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, configureOptions: null)
            .AddCookie(Session.Configure);
        services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder(AnyScheme).RequireAuthenticatedUser().Build());
    }

    /// <summary>Whether a request is one of the API.</summary>
    public static bool IsApi(HttpRequest request) => request.Path.StartsWithSegments("/api", StringComparison.Ordinal);

    private static string Choose(HttpContext context) =>
        context.Request.Headers.Authorization.Count > 0
            ? ApiKeyHandler.SchemeName
            : CookieAuthenticationDefaults.AuthenticationScheme;
}
