namespace Quarry.Dashboard.Gateway;

/// <summary><c>GET /api/v1/openapi.json</c>: the API as one document, whatever service answers a call.</summary>
internal static class OpenApiDocument
{
    public const string Path = "/api/v1/openapi.json";
    private const string Resource = "Quarry.Dashboard.openapi.json";

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
                Path,
                () =>
                    Results.Stream(
                        typeof(OpenApiDocument).Assembly.GetManifestResourceStream(Resource)!,
                        "application/json"
                    )
            )
            .AllowAnonymous();
}
