using System.Text;

namespace Quarry.AppHost.Local.Processes;

/// <summary>Cuts a stream of characters into lines; one without end is handed on in pieces instead of growing.</summary>
internal static class LineReader
{
    private const int BlockCharacters = 4_096;

    /// <summary>Reads to the end, line by line.</summary>
    public static async Task ReadAsync(TextReader reader, Action<string> line)
    {
        var block = new char[BlockCharacters];
        var pending = new StringBuilder();
        while (await reader.ReadAsync(block) is var count and > 0)
            Cut(block.AsSpan(0, count), pending, line);
        if (pending.Length > 0)
            line(pending.ToString());
    }

    private static void Cut(ReadOnlySpan<char> text, StringBuilder pending, Action<string> line)
    {
        while (text.IndexOf('\n') is var end and >= 0)
        {
            line(pending.Append(text[..end].TrimEnd('\r')).ToString());
            pending.Clear();
            text = text[(end + 1)..];
        }
        pending.Append(text);
        if (pending.Length <= OutputRing.LineCharactersMax)
            return;
        line(pending.ToString());
        pending.Clear();
    }
}
