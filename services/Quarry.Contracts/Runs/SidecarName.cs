using System.Text.RegularExpressions;

namespace Quarry.Contracts.Runs;

/// <summary>
/// The one rule for names of sidecar files (CONTRACT_EMIT, EMIT-16). The TypeScript twin is held equal by shared vectors.
/// </summary>
public static partial class SidecarName
{
    private const int MatchWithinMs = 1_000;

    /// <summary>
    /// Why a name is refused: <c>empty</c>, <c>separator</c>, <c>dots</c>, <c>control</c>, <c>reserved</c> (Windows has a
    /// device of that name), <c>trailing</c> (dot or space) or <c>too_long</c>; null when it may be used.
    /// </summary>
    public static string? Refuse(string name)
    {
        if (name.Length == 0)
            return "empty";
        if (name.AsSpan().IndexOfAny('/', '\\') >= 0)
            return "separator";
        if (name == "." || name.Contains("..", StringComparison.Ordinal))
            return "dots";
        if (name.Any(IsControl))
            return "control";
        if (Device().IsMatch(name))
            return "reserved";
        return name[^1] is '.' or ' ' ? "trailing" : PartitionValue.Refuse(name);
    }

    private static bool IsControl(char c) => c is < ' ' or '\u007f';

    [GeneratedRegex(
        @"^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$",
        RegexOptions.IgnoreCase
            | RegexOptions.CultureInvariant
            | RegexOptions.ExplicitCapture
            | RegexOptions.Singleline,
        MatchWithinMs
    )]
    private static partial Regex Device();
}
