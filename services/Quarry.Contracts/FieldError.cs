namespace Quarry.Contracts;

/// <summary>One field of an input that cannot be used, and why.</summary>
/// <param name="Field">Name as the caller wrote it (JSON name).</param>
/// <param name="Message">What it must be.</param>
public sealed record FieldError(string Field, string Message);
