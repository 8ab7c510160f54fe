namespace Quarry.Dashboard.Access;

/// <summary>The one page for people who are not signed in: plain HTML, no connection, no script.</summary>
internal static class SignInPage
{
    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
                "/sign-in",
                (string? wrong) =>
                    Results.Content(
                        $"""
                        <!DOCTYPE html>
                        <html lang="en">
                        <head>
                          <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                          <meta name="color-scheme" content="light dark"><title>Sign in · Quarry</title>
                          <link rel="stylesheet" href="/app.css">
                        </head>
                        <body>
                          <header class="top"><span class="brand">Quarry</span></header>
                          <main>
                            <h1>Sign in</h1>
                            {(
                            wrong is null
                                ? ""
                                : "<p class=\"notice error\" role=\"alert\">That token is not valid.</p>"
                        )}
                            <form class="launch" method="get" action="/">
                              <label>Token <input name="token" type="password" required autofocus></label>
                              <button type="submit">Sign in</button>
                            </form>
                            <p class="notice">The application host prints an address with the token.</p>
                          </main>
                        </body>
                        </html>
                        """,
                        "text/html; charset=utf-8"
                    )
            )
            .AllowAnonymous();
}
