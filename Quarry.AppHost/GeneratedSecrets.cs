namespace Quarry.AppHost;

/// <summary>Secrets that nobody has to choose.</summary>
internal static class GeneratedSecrets
{
    /// <summary>Length in characters: more than 120 bits of letters and digits.</summary>
    private const int LengthCharacters = 24;

    /// <summary>A secret that is made at the first start and kept in the user secrets of AppHost.</summary>
    public static IResourceBuilder<ParameterResource> AddGeneratedSecret(
        this IDistributedApplicationBuilder builder,
        string name
    ) =>
        builder.AddParameter(
            name,
            new GenerateParameterDefault { MinLength = LengthCharacters, Special = false },
            secret: true,
            persist: true
        );
}
