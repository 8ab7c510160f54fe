using Aspire.Hosting.ApplicationModel;
using Quarry.AppHost.Local.Parameters;

namespace Aspire.Hosting;

/// <summary>Values that whoever starts the application gives.</summary>
public static class ParameterResourceBuilderExtensions
{
    /// <summary>Adds a value that must be given as <c>Parameters:name</c>.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="secret">True when it must never be shown.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        bool secret = false
    ) =>
        builder.AddResource(
            new ParameterResource(
                name,
                _ => ParameterValues.Find(builder.Configuration, name) ?? throw ParameterValues.Missing(name),
                secret
            )
        );

    /// <summary>Adds a value that is taken from a default when nobody gave one.</summary>
    /// <param name="builder">The application.</param>
    /// <param name="name">Name of the parameter.</param>
    /// <param name="value">Makes the default.</param>
    /// <param name="secret">True when it must never be shown.</param>
    /// <param name="persist">True when the default is made once and kept in the user secrets.</param>
    public static IResourceBuilder<ParameterResource> AddParameter(
        this IDistributedApplicationBuilder builder,
        string name,
        ParameterDefault value,
        bool secret = false,
        bool persist = false
    )
    {
        var secrets = persist ? UserSecrets.Of(builder.AppHostAssembly) : null;
        return builder.AddResource(
            new ParameterResource(
                name,
                _ => ParameterValues.FindOrMake(builder.Configuration, name, value, secrets),
                secret
            )
            {
                Default = value,
            }
        );
    }
}
