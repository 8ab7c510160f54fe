using Microsoft.AspNetCore.Antiforgery;

namespace Quarry.Dashboard.Access;

/// <summary>The one page for people who are not signed in: plain HTML, no connection, no script.</summary>
internal static class SignInPage
{
    /// <summary>Its path.</summary>
    public const string Path = "/sign-in";

    private const string ReturnParameter = "ReturnUrl";

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet(Path, Show).AllowAnonymous();
        app.MapPost(Path, EnterAsync).AllowAnonymous();
        app.MapPost("/sign-out", LeaveAsync);
    }

    private static IResult Show(HttpContext context, IAntiforgery antiforgery)
    {
        var query = context.Request.Query;
        var tokens = antiforgery.GetAndStoreTokens(context);
        var html = Html(tokens, query[ReturnParameter].ToString(), query.ContainsKey("wrong"));
        return Results.Content(html, "text/html; charset=utf-8");
    }

    private static async Task<IResult> EnterAsync(HttpContext context, IAntiforgery antiforgery, AccessSettings access)
    {
        if (!await antiforgery.IsRequestValidAsync(context))
            return Results.Redirect(Path);
        var form = await context.Request.ReadFormAsync();
        var back = form[ReturnParameter].ToString();
        if (!access.AcceptsToken(form["token"].ToString().Trim()))
            return Results.Redirect($"{Path}?wrong=1&{ReturnParameter}={Uri.EscapeDataString(back)}");
        await Session.OpenAsync(context);
        return Results.LocalRedirect(IsLocal(back) ? back : "/");
    }

    private static async Task<IResult> LeaveAsync(HttpContext context, IAntiforgery antiforgery)
    {
        if (await antiforgery.IsRequestValidAsync(context))
            await Session.CloseAsync(context);
        return Results.Redirect(Path);
    }

    /// <summary>A path of this host; <c>//host</c> would be another one.</summary>
    private static bool IsLocal(string address) =>
        address.StartsWith('/')
        && !address.StartsWith("//", StringComparison.Ordinal)
        && !address.Contains('\\', StringComparison.Ordinal);

    private static string Html(AntiforgeryTokenSet tokens, string back, bool isWrong) =>
        $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
              <meta charset="utf-8">
              <meta name="viewport" content="width=device-width, initial-scale=1">
              <meta name="color-scheme" content="light dark">
              <title>Sign in · Quarry</title>
              <link rel="icon" href="/favicon.svg" type="image/svg+xml">
              <link rel="stylesheet" href="/app.css">
            </head>
            <body>
              <main class="door">
                <h1>Quarry</h1>
                {(isWrong ? Wrong : "")}
                <form class="narrow" method="post" action="{Path}">
                  <label class="field">Sign-in token <input name="token" type="password" autocomplete="off" required autofocus></label>
                  <input type="hidden" name="{ReturnParameter}" value="{Encode(back)}">
                  <input type="hidden" name="{Encode(tokens.FormFieldName)}" value="{Encode(tokens.RequestToken!)}">
                  <button type="submit">Sign in</button>
                </form>
                <p class="muted">The application host prints an address with the token when everything is up.</p>
              </main>
            </body>
            </html>
            """;

    private const string Wrong =
        """<p class="wrong" role="alert"><strong>That token is not valid.</strong> Use the one that was printed at this start.</p>""";

    private static string Encode(string text) => System.Net.WebUtility.HtmlEncode(text);
}
