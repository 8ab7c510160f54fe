namespace Aspire.Hosting.ApplicationModel;

/// <summary>A value that whoever starts the application gives, or that is made once and kept.</summary>
/// <param name="name">Unique name; the setting is <c>Parameters:name</c>.</param>
/// <param name="callback">Finds the value; gets what to do when nobody gave one.</param>
/// <param name="secret">True when it must never be shown.</param>
public class ParameterResource(string name, Func<ParameterDefault?, string> callback, bool secret = false)
    : Resource(name),
        IManifestExpressionProvider,
        IValueProvider
{
    /// <summary>True when it must never be shown.</summary>
    public bool Secret { get; } = secret;

    /// <summary>What to take when nobody gave a value; null when somebody must.</summary>
    public ParameterDefault? Default { get; set; }

    /// <inheritdoc/>
    public string ValueExpression => $"{{{Name}.value}}";

    private Lazy<string> Lazily => field ??= new(() => callback(Default));

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => new(Lazily.Value);
}

/// <summary>What to take when nobody gave a value for a parameter.</summary>
public abstract class ParameterDefault
{
    /// <summary>Makes a value.</summary>
    public abstract string GetDefaultValue();
}
