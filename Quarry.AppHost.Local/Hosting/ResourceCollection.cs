using System.Collections.ObjectModel;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The resources of an application.</summary>
public interface IResourceCollection : IList<IResource>;

/// <summary>The resources, in the order they were added.</summary>
internal sealed class ResourceCollection : Collection<IResource>, IResourceCollection;
