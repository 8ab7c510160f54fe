namespace Quarry.AppHost.Local.Processes;

/// <summary>A line that a resource wrote.</summary>
/// <param name="Number">Counts from 1 in each resource.</param>
/// <param name="At">When it came.</param>
/// <param name="IsError">True when it came from standard error.</param>
/// <param name="Text">The line, cut at <see cref="OutputRing.LineCharactersMax"/>.</param>
internal sealed record OutputLine(long Number, DateTimeOffset At, bool IsError, string Text);

/// <summary>The last lines of a resource, so that memory stays bounded however much it writes.</summary>
/// <param name="clock">Stamps the lines.</param>
internal sealed class OutputRing(TimeProvider clock)
{
    /// <summary>Lines that are kept.</summary>
    public const int LinesMax = 1_000;

    /// <summary>Longest line that is kept whole, in characters.</summary>
    public const int LineCharactersMax = 8_192;

    private readonly Lock gate = new();
    private readonly Queue<OutputLine> lines = new();
    private long written;

    /// <summary>Called for each line, on the thread that read it.</summary>
    public Action<OutputLine>? Written { get; set; }

    /// <summary>The lines that are kept, oldest first.</summary>
    public IReadOnlyList<OutputLine> Lines
    {
        get
        {
            lock (gate)
                return [.. lines];
        }
    }

    /// <summary>The last lines as one text; null when there are none.</summary>
    public string? Tail(int count)
    {
        var last = Lines.TakeLast(count).Select(l => $"    {l.Text}").ToArray();
        return last.Length == 0 ? null : string.Join(Environment.NewLine, last);
    }

    /// <summary>Takes a line.</summary>
    public void Add(string text, bool isError)
    {
        var kept =
            text.Length <= LineCharactersMax ? text : $"{text[..LineCharactersMax]} ... ({text.Length} characters)";
        OutputLine line;
        lock (gate)
        {
            line = new(++written, clock.GetUtcNow(), isError, kept);
            lines.Enqueue(line);
            if (lines.Count > LinesMax)
                lines.Dequeue();
        }
        Written?.Invoke(line);
    }
}
