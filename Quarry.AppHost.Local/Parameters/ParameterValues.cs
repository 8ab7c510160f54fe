using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;

namespace Quarry.AppHost.Local.Parameters;

/// <summary>Finds the values of parameters.</summary>
internal static class ParameterValues
{
    private const string Section = "Parameters";

    /// <summary>What somebody gave: <c>Parameters:name</c>, dashes may be underscores; null when nobody did.</summary>
    public static string? Find(IConfiguration configuration, string name)
    {
        var value = configuration[KeyOf(name)] ?? configuration[KeyOf(name.Replace('-', '_'))];
        return string.IsNullOrEmpty(value) ? null : value;
    }

    /// <summary>What somebody gave, else what was kept, else a new value, which is kept.</summary>
    public static string FindOrMake(
        IConfiguration configuration,
        string name,
        ParameterDefault fallback,
        UserSecrets? secrets
    ) =>
        Find(configuration, name)
        ?? secrets?.FindOrAdd(KeyOf(name), fallback.GetDefaultValue)
        ?? fallback.GetDefaultValue();

    /// <summary>The error of a value that somebody has to give.</summary>
    public static DistributedApplicationException Missing(string name) =>
        new(
            $"Parameter '{name}' has no value. Set it with the environment variable {Section}__{name.Replace('-', '_')}, "
                + $"the argument --{KeyOf(name)}, or `dotnet user-secrets set {KeyOf(name)} VALUE --project Quarry.AppHost`."
        );

    private static string KeyOf(string name) => $"{Section}:{name}";
}
