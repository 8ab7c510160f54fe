namespace Quarry.Cli.Output;

/// <summary>
/// How far a command is: one line on a terminal, drawn at most ten times a second, and nothing elsewhere. The total may be
/// unknown; then the line counts.
/// </summary>
internal sealed class ProgressBar(TextWriter to, bool isLive, string unit, long? total, TimeProvider clock)
    : IDisposable
{
    private const int Cells = 24;
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(100);

    private long? shownAt;
    private int shownChars;

    /// <summary>True when somebody sees it: then it is worth counting what there is.</summary>
    public static bool IsSeen => !Console.IsErrorRedirected;

    /// <summary>A bar on stderr.</summary>
    public static ProgressBar OnError(string unit, long? total) =>
        new(Console.Error, IsSeen, unit, total, TimeProvider.System);

    /// <summary>So much is done.</summary>
    public void Report(long done, string? note = null)
    {
        if (!isLive || (shownAt is { } at && done != total && clock.GetElapsedTime(at) < Every))
            return;
        shownAt = clock.GetTimestamp();
        var text = Text(done) + (note is null ? "" : $", {note}");
        to.Write($"\r{text.PadRight(shownChars)}");
        shownChars = text.Length;
    }

    /// <summary>Takes the line away: what the command found comes in its place.</summary>
    public void Dispose()
    {
        if (shownChars > 0)
            to.Write($"\r{new string(' ', shownChars)}\r");
        shownChars = 0;
    }

    private string Text(long done)
    {
        if (total is not { } all)
            return $"{Numbers.Count(done)} {unit}";
        // Runs that began meanwhile come on top.
        var share = all == 0 ? 1 : Math.Min(1, (double)done / all);
        var full = (int)(share * Cells);
        return $"[{new string('#', full)}{new string('.', Cells - full)}] {(int)(share * 100), 3} %  "
            + $"{Numbers.Count(done)} of {Numbers.Count(all)} {unit}";
    }
}
