using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Launching;

namespace Aspire.Hosting;

/// <summary>What can be said about .NET projects.</summary>
public static class ProjectResourceBuilderExtensions
{
    /// <summary>Adds a project that AppHost references. Its launch profile gives endpoints and variables.</summary>
    /// <exception cref="DistributedApplicationException">The name is taken, or the launch settings cannot be read.</exception>
    public static IResourceBuilder<ProjectResource> AddProject<TProject>(
        this IDistributedApplicationBuilder builder,
        string name
    )
        where TProject : IProjectMetadata, new()
    {
        var metadata = new TProject();
        var project = builder.AddResource(new ProjectResource(name)).WithAnnotation(metadata);
        LaunchProfile.Find(metadata.ProjectPath)?.ApplyTo(project);
        return project;
    }

    /// <summary>Several processes share the work behind one address.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="replicas">How many, from 1.</param>
    public static IResourceBuilder<ProjectResource> WithReplicas(
        this IResourceBuilder<ProjectResource> builder,
        int replicas
    )
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(replicas, 1);
        return builder.WithAnnotation(new ReplicaCount(replicas), ResourceAnnotationMutationBehavior.Replace);
    }

    /// <summary>A deployment builds the project's image from a Dockerfile: the one beside it, when nothing else is said.</summary>
    /// <param name="builder">The project.</param>
    /// <param name="configure">Says more about the image.</param>
    public static IResourceBuilder<T> PublishAsDockerFile<T>(
        this IResourceBuilder<T> builder,
        Action<IResourceBuilder<ContainerResource>>? configure = null
    )
        where T : ProjectResource
    {
        var folder = Path.GetDirectoryName(builder.Resource.Annotations.OfType<IProjectMetadata>().Last().ProjectPath)!;
        var image = builder.ApplicationBuilder.CreateResourceBuilder(new ContainerResource(builder.Resource.Name));
        image.WithDockerfile(folder);
        configure?.Invoke(image);
        var build = image.Resource.Annotations.OfType<DockerfileBuild>().Last();
        return builder.WithAnnotation(build, ResourceAnnotationMutationBehavior.Replace);
    }
}
