using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting;

/// <summary>Container images. The local back end builds none: it writes them into the manifest.</summary>
public static class ContainerResourceBuilderExtensions
{
    /// <summary>The image is built from a Dockerfile.</summary>
    /// <param name="builder">The container.</param>
    /// <param name="contextPath">Folder that the build sees, from the AppHost project.</param>
    /// <param name="dockerfilePath">The Dockerfile, from that folder; <c>Dockerfile</c> when left out.</param>
    /// <param name="stage">Stage of the Dockerfile; the last one when left out.</param>
    public static IResourceBuilder<T> WithDockerfile<T>(
        this IResourceBuilder<T> builder,
        string contextPath,
        string? dockerfilePath = null,
        string? stage = null
    )
        where T : ContainerResource
    {
        var context = Path.GetFullPath(contextPath, builder.ApplicationBuilder.AppHostDirectory);
        var file = Path.GetFullPath(dockerfilePath ?? "Dockerfile", context);
        return builder.WithAnnotation(
            new DockerfileBuild(context, file, stage),
            ResourceAnnotationMutationBehavior.Replace
        );
    }
}
