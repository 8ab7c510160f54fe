using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Quarry.Dashboard.Access;

/// <summary>Registration of both ways in, and the exchange of the token for a session.</summary>
internal static class SignIn
{
    private const string AnyScheme = "any";

    public static void AddAccess(this IServiceCollection services)
    {
        services.AddSingleton<AccessSettings>();
        services
            .AddAuthentication(AnyScheme)
            .AddPolicyScheme(AnyScheme, null, o => o.ForwardDefaultSelector = Choose)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null)
            .AddCookie(o =>
            {
                o.Cookie.Name = "quarry";
                o.Cookie.SameSite = SameSiteMode.Strict;
                o.LoginPath = "/sign-in";
                o.ExpireTimeSpan = TimeSpan.FromDays(7);
            });
        services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(
                new Microsoft.AspNetCore.Authorization.AuthorizationPolicyBuilder(AnyScheme)
                    .RequireAuthenticatedUser()
                    .Build()
            );
        services.AddCascadingAuthenticationState();
    }

    /// <summary>A token in the address becomes a session; the address is left without it.</summary>
    public static IApplicationBuilder UseTokenExchange(this IApplicationBuilder app) =>
        app.Use(
            async (context, next) =>
            {
                var token = context.Request.Query["token"].ToString();
                if (token.Length == 0 || context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal))
                {
                    await next(context);
                    return;
                }
                var access = context.RequestServices.GetRequiredService<AccessSettings>();
                if (!access.AcceptsToken(token))
                {
                    context.Response.Redirect("/sign-in?wrong=1");
                    return;
                }
                var identity = new ClaimsIdentity(
                    [new Claim(ClaimTypes.Name, "operator")],
                    CookieAuthenticationDefaults.AuthenticationScheme
                );
                await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new(identity));
                context.Response.Redirect(context.Request.Path == "/sign-in" ? "/" : context.Request.Path);
            }
        );

    private static string Choose(HttpContext context) =>
        context.Request.Headers.ContainsKey("Authorization")
        || context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)
            && !context.Request.Cookies.ContainsKey("quarry")
            ? ApiKeyHandler.SchemeName
            : CookieAuthenticationDefaults.AuthenticationScheme;
}
