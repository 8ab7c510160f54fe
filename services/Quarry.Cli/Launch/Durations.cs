using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Quarry.Cli.Launch;

/// <summary>Durations as people write them: <c>500ms</c>, <c>30s</c>, <c>5m</c>, <c>1h</c>, <c>30d</c>.</summary>
internal static class Durations
{
    private static readonly (string Unit, long Ms)[] Units =
    [
        ("ms", 1),
        ("s", 1_000),
        ("m", 60_000),
        ("h", 3_600_000),
        ("d", 86_400_000),
    ];

    /// <summary>An option whose value is a number of milliseconds.</summary>
    public static Option<long?> Option(string name, string description) =>
        new(name)
        {
            Description = $"{description} (500ms, 30s, 5m, 1h, 30d).",
            HelpName = "DURATION",
            CustomParser = Parse,
        };

    /// <summary>Reads a duration; null when it is not one.</summary>
    public static long? TryParse(string text)
    {
        foreach (var (unit, ms) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal))
                continue;
            var number = text[..^unit.Length];
            if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value))
                return (long)(value * ms);
        }
        return null;
    }

    private static long? Parse(ArgumentResult result)
    {
        var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        if (TryParse(text) is { } ms)
            return ms;
        result.AddError($"'{text}' is not a duration: write a number and a unit, such as 500ms, 30s, 5m, 1h or 30d.");
        return null;
    }
}
