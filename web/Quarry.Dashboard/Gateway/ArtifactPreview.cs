using Quarry.Contracts.Api;
using Quarry.Dashboard.Services;
using Quarry.ServiceDefaults;

namespace Quarry.Dashboard.Gateway;

/// <summary>
/// Shows an artifact that is a picture. Its bytes come from pages that nobody vouches for: only raster images are shown,
/// under the type that was stored and never guessed, in a sandbox that may run and load nothing.
/// </summary>
internal static class ArtifactPreview
{
    /// <summary>Largest picture that is shown, in bytes; a larger one is a download.</summary>
    public const long BytesMax = 20 * 1024 * 1024;

    private const string Sandbox = "sandbox; default-src 'none'; img-src 'self'; style-src 'unsafe-inline'";
    private static readonly string[] ImageTypes = ["image/png", "image/jpeg", "image/webp", "image/gif"];

    /// <summary>Whether artifacts of this type can be shown.</summary>
    public static bool IsImage(string contentType) => ImageTypes.Contains(contentType);

    /// <summary>Address of the preview.</summary>
    public static string AddressOf(string runId, string artifactId) =>
        $"/preview/{Uri.EscapeDataString(runId)}/{Uri.EscapeDataString(artifactId)}";

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet(
            "/preview/{runId}/{artifactId}",
            (string runId, string artifactId, HttpContext http, ServiceCaller caller) =>
                ShowAsync(runId, artifactId, http, caller)
        );

    private static async Task<IResult> ShowAsync(
        string runId,
        string artifactId,
        HttpContext http,
        ServiceCaller caller
    )
    {
        var path = $"/api/v1/runs/{Uri.EscapeDataString(runId)}/artifacts/{Uri.EscapeDataString(artifactId)}";
        try
        {
            var answer = await caller.SendAsync(Service.Lode, new(HttpMethod.Get, path), http.RequestAborted);
            http.Response.RegisterForDispose(answer);
            await ServiceCaller.ThrowIfFailedAsync(answer, http.RequestAborted);
            var type = answer.Content.Headers.ContentType?.MediaType ?? "";
            if (!IsImage(type) || answer.Content.Headers.ContentLength is not <= BytesMax)
                return NoPicture(path);
            http.Response.Headers.ContentSecurityPolicy = Sandbox;
            return Results.Stream(await answer.Content.ReadAsStreamAsync(http.RequestAborted), type);
        }
        catch (ServiceFailedException e)
        {
            return Problems.Of(404, ErrorCodes.NotFound, e.Message, "See the artifacts of the run.");
        }
    }

    private static IResult NoPicture(string path) =>
        Problems.Of(
            415,
            ErrorCodes.NotAvailable,
            $"Only pictures ({string.Join(", ", ImageTypes)}) of at most {BytesMax:N0} bytes are shown.",
            $"Download it: GET {path}."
        );
}
