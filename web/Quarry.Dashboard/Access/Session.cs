using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Quarry.Dashboard.Access;

/// <summary>A person's session: a cookie that ends with the token it was opened with.</summary>
internal static class Session
{
    /// <summary>Name of the cookie.</summary>
    public const string CookieName = "quarry";

    private const string EpochClaim = "quarry:epoch";
    private static readonly TimeSpan Lasts = TimeSpan.FromDays(7);

    /// <summary>Opens a session.</summary>
    public static Task OpenAsync(HttpContext context)
    {
        var epoch = context.RequestServices.GetRequiredService<AccessSettings>().Epoch;
        var identity = new ClaimsIdentity(
            [new Claim(ClaimTypes.Name, "operator"), new Claim(EpochClaim, epoch)],
            CookieAuthenticationDefaults.AuthenticationScheme
        );
        return context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new(identity));
    }

    /// <summary>Ends the session.</summary>
    public static Task CloseAsync(HttpContext context) =>
        context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);

    /// <summary>Options of the cookie.</summary>
    public static void Configure(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = CookieName;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.HttpOnly = true;
        options.LoginPath = SignInPage.Path;
        options.ExpireTimeSpan = Lasts;
        options.Events.OnValidatePrincipal = RejectOldEpochAsync;
        options.Events.OnRedirectToLogin = ChallengeAsync;
    }

    private static async Task RejectOldEpochAsync(CookieValidatePrincipalContext context)
    {
        var access = context.HttpContext.RequestServices.GetRequiredService<AccessSettings>();
        if (context.Principal?.FindFirst(EpochClaim)?.Value == access.Epoch)
            return;
        context.RejectPrincipal();
        await CloseAsync(context.HttpContext);
    }

    /// <summary>People are sent to the sign-in page; a call of the API is answered as one.</summary>
    private static Task ChallengeAsync(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (AccessRegistration.IsApi(context.Request))
            return context.HttpContext.ChallengeAsync(ApiKeyHandler.SchemeName);
        context.Response.Redirect(context.RedirectUri);
        return Task.CompletedTask;
    }
}
