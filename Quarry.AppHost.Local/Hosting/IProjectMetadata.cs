using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting
{
    /// <summary>Where a project is.</summary>
    public interface IProjectMetadata : IResourceAnnotation
    {
        /// <summary>Path of the project file.</summary>
        string ProjectPath { get; }
    }
}

namespace Quarry.AppHost.Local
{
    /// <summary>A project that was built with AppHost, so that it can start as <c>dotnet X.dll</c>.</summary>
    public interface IBuiltProjectMetadata : Aspire.Hosting.IProjectMetadata
    {
        /// <summary>Path of the built assembly.</summary>
        string TargetPath { get; }
    }
}
