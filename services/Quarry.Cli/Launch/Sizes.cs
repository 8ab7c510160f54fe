using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Quarry.Cli.Launch;

/// <summary>Amounts of memory as people write them, in whole MiB: <c>512MiB</c>, <c>4GiB</c>.</summary>
internal static class Sizes
{
    private const long MibPerGib = 1024;

    /// <summary>An option whose value is a number of MiB.</summary>
    public static Option<long?> Option(string name, string description) =>
        new(name)
        {
            Description = $"{description} (512MiB, 4GiB).",
            HelpName = "SIZE",
            CustomParser = Parse,
        };

    /// <summary>Reads a size in MiB; null when it is not one, or not a whole number of MiB above 0.</summary>
    public static long? TryParseMib(string text)
    {
        var (unit, mib) = text.EndsWith("GiB", StringComparison.Ordinal) ? ("GiB", MibPerGib) : ("MiB", 1);
        if (!text.EndsWith(unit, StringComparison.Ordinal))
            return null;
        return
            long.TryParse(text[..^unit.Length], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            && number > 0
            && number <= long.MaxValue / MibPerGib / MibPerGib / mib
            ? number * mib
            : null;
    }

    private static long? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParseMib(text) is { } mib)
            return mib;
        result.AddError($"'{text}' is not a size: write a whole number and a unit, such as 512MiB or 4GiB.");
        return null;
    }
}
