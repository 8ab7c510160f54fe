using System.Text.RegularExpressions;

namespace Quarry.Runtime.Proxies;

/// <summary>
/// Where a secret is: <c>${env:NAME}</c> or <c>${file:PATH}</c>. It is read when it is needed, so that it may change.
/// </summary>
public sealed partial record SecretReference
{
    private const int MatchWithinMs = 1_000;

    private SecretReference(string kind, string place)
    {
        Kind = kind;
        Place = place;
    }

    /// <summary><c>env</c> or <c>file</c>.</summary>
    public string Kind { get; }

    /// <summary>Name of the variable, or path of the file.</summary>
    public string Place { get; }

    /// <summary>Reads a reference; a path is taken from a folder. Null when the text is none.</summary>
    public static SecretReference? TryParse(string text, string folder)
    {
        var match = Reference().Match(text);
        if (!match.Success)
            return null;
        var (kind, place) = (match.Groups["kind"].Value, match.Groups["place"].Value);
        return new(kind, kind == "file" ? Path.GetFullPath(place, folder) : place);
    }

    /// <summary>Reads the secret; null with a reason when there is none.</summary>
    public Secret? TryRead(out string? reason)
    {
        reason = null;
        var value = Kind == "env" ? Environment.GetEnvironmentVariable(Place) : ReadFile(out reason);
        if (value is { Length: > 0 })
            return new(value);
        reason ??= Kind == "env" ? $"the variable {Place} is not set" : $"the file {Place} is empty";
        return null;
    }

    private string? ReadFile(out string? reason)
    {
        try
        {
            reason = null;
            return File.ReadAllText(Place).TrimEnd('\r', '\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            reason = $"the file {Place} cannot be read";
            return null;
        }
    }

    [GeneratedRegex(@"^\$\{(?<kind>env|file):(?<place>[^{}]+)\}$", RegexOptions.ExplicitCapture, MatchWithinMs)]
    private static partial Regex Reference();
}
