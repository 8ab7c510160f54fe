namespace Quarry.Cli.Output;

/// <summary>
/// Cells of CSV (RFC 4180) that no spreadsheet takes for a formula: text that begins like one gets an apostrophe, which
/// spreadsheets hide.
/// </summary>
internal static class SafeCsv
{
    private const string FormulaStarts = "=+-@\t\r";

    /// <summary>Text as a cell.</summary>
    public static string Cell(string text)
    {
        var safe = text.Length > 0 && FormulaStarts.Contains(text[0], StringComparison.Ordinal) ? "'" + text : text;
        return safe.AsSpan().IndexOfAny("\",\r\n") < 0
            ? safe
            : $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
