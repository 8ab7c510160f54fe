using Microsoft.Net.Http.Headers;
using Quarry.Contracts.Api;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Queries;

/// <summary>
/// Artifacts and sidecar files of a run. Their bytes come from pages nobody vouches for, so they are always a download:
/// never shown inside this origin, whatever their type says.
/// </summary>
internal static class BlobEndpoints
{
    /// <summary>Adds the endpoints to <c>/api/v1/runs</c>.</summary>
    public static void MapBlobs(this RouteGroupBuilder runs)
    {
        _ = runs.MapGet("{runId}/artifacts", ListArtifactsAsync)
            .WithSummary("Artifacts.")
            .Produces<Page<ArtifactInfo>>();
        _ = runs.MapGet("{runId}/artifacts/{artifactId}", GetArtifactAsync).WithSummary("Bytes of an artifact.");
        _ = runs.MapGet("{runId}/files", ListFilesAsync).WithSummary("Sidecar files.").Produces<Page<SidecarFile>>();
        _ = runs.MapGet("{runId}/files/{name}", GetFileAsync).WithSummary("Bytes of a sidecar file.");
    }

    private static Task<IResult> ListArtifactsAsync(
        string runId,
        LodeHost lode,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run => Results.Ok(new Page<ArtifactInfo>(await lode.Store.Reader.ArtifactsAsync(run, cancellation))),
            cancellation
        );

    private static Task<IResult> ListFilesAsync(
        string runId,
        LodeHost lode,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run => Results.Ok(new Page<SidecarFile>(await lode.Store.Reader.FilesAsync(run, cancellation))),
            cancellation
        );

    private static Task<IResult> GetArtifactAsync(
        string runId,
        string artifactId,
        HttpContext http,
        LodeHost lode,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run =>
            {
                var artifacts = await lode.Store.Reader.ArtifactsAsync(run, cancellation);
                return artifacts.FirstOrDefault(a => a.ArtifactId == artifactId) is { } found
                    ? await DownloadAsync(
                        http,
                        lode,
                        new(found.Key, found.Name, found.ContentType, found.Sha256),
                        cancellation
                    )
                    : QueryProblems.NotFound(
                        $"Run '{runId}' has no artifact '{artifactId}'.",
                        $"List them with GET /api/v1/runs/{runId}/artifacts."
                    );
            },
            cancellation
        );

    private static Task<IResult> GetFileAsync(
        string runId,
        string name,
        HttpContext http,
        LodeHost lode,
        RunLookup lookup,
        CancellationToken cancellation
    ) =>
        lookup.WithRunAsync(
            runId,
            async run =>
            {
                var files = await lode.Store.Reader.FilesAsync(run, cancellation);
                return files.FirstOrDefault(f => f.Name == name) is { } found
                    ? await DownloadAsync(
                        http,
                        lode,
                        new(found.Key, found.Name, found.ContentType, found.Sha256),
                        cancellation
                    )
                    : QueryProblems.NotFound(
                        $"Run '{runId}' has no file '{name}'.",
                        $"List them with GET /api/v1/runs/{runId}/files."
                    );
            },
            cancellation
        );

    private static async Task<IResult> DownloadAsync(
        HttpContext http,
        LodeHost lode,
        Blob blob,
        CancellationToken cancellation
    )
    {
        if (await lode.Store.Objects.OpenReadAsync(blob.Key, cancellation) is not { } stream)
            return QueryProblems.Unavailable($"'{blob.Key}' is named by the log, and its bytes are missing.");
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.ContentSecurityPolicy = "sandbox; default-src 'none'";
        var type = MediaTypeHeaderValue.TryParse(blob.ContentType, out _)
            ? blob.ContentType
            : "application/octet-stream";
        return Results.Stream(
            stream,
            type,
            blob.Name,
            entityTag: new($"\"{blob.Sha256}\""),
            enableRangeProcessing: true
        );
    }

    private sealed record Blob(string Key, string Name, string ContentType, string Sha256);
}
