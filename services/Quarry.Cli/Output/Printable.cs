using System.Text;

namespace Quarry.Cli.Output;

/// <summary>Text of scripts and pages on a terminal: control characters are shown, not performed.</summary>
internal static class Printable
{
    public static string Of(string text)
    {
        if (!text.Any(IsControl))
            return text;
        var shown = new StringBuilder(text.Length + 8);
        foreach (var unit in text)
            _ = IsControl(unit) ? shown.Append($"\\x{(int)unit:x2}") : shown.Append(unit);
        return shown.ToString();
    }

    private static bool IsControl(char unit) => char.IsControl(unit) && unit != '\t';
}
