namespace Quarry.Runtime.Proxies;

/// <summary>A text that cannot be printed by accident: only <see cref="Reveal"/> shows it.</summary>
public sealed class Secret(string value)
{
    /// <summary>The text itself, for the one place that needs it.</summary>
    public string Reveal() => value;

    /// <inheritdoc/>
    public override string ToString() => "(secret)";
}
