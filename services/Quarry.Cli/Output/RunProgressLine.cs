using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Output;

/// <summary>
/// Shows a run as it goes, on stderr: one live line on a terminal, a plain line every few seconds elsewhere. Console
/// lines of the script come above it. Quiet shows neither.
/// </summary>
internal sealed class RunProgressLine(bool isQuiet, TimeProvider clock) : IRunObserver, IDisposable
{
    private static readonly TimeSpan PlainEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LiveEvery = TimeSpan.FromMilliseconds(100);

    private readonly bool isLive = !isQuiet && !Console.IsErrorRedirected;
    private readonly long started = clock.GetTimestamp();
    private readonly Lock gate = new();
    private long shownAt;
    private int shownChars;
    private RunState state = RunState.Queued;
    private RunProgress last;

    public void StateChanged(RunRecord run)
    {
        lock (gate)
        {
            state = run.State;
            if (isLive)
                Show();
        }
    }

    public void Observed(string runId, EventBatch events) { }

    public void Progress(RunProgress progress)
    {
        lock (gate)
        {
            last = progress;
            if (isQuiet || clock.GetElapsedTime(shownAt) < (isLive ? LiveEvery : PlainEvery))
                return;
            if (isLive || shownAt != 0)
                Show();
            else
                shownAt = clock.GetTimestamp();
        }
    }

    void IRunObserver.Console(ConsoleLine line)
    {
        if (isQuiet)
            return;
        lock (gate)
        {
            Clear();
            Console.Error.WriteLine($"script | {Printable.Of(line.Text)}");
            if (isLive)
                Show();
        }
    }

    public void Dispose()
    {
        lock (gate)
            Clear();
    }

    private void Show()
    {
        shownAt = clock.GetTimestamp();
        var elapsed = clock.GetElapsedTime(started);
        var rate = elapsed.TotalSeconds > 0 ? (long)(last.SeqLast / elapsed.TotalSeconds) : 0;
        var text =
            $"{state.ToString().ToLowerInvariant()}  {Numbers.Count(last.Items)} items  {Numbers.Count(last.SeqLast)} events"
            + $"  {Numbers.Count(rate)}/s  buffered {Numbers.Count(last.Buffered)}  dropped {Numbers.Count(last.Dropped)}"
            + $"  {Numbers.Elapsed(elapsed)}";
        if (isLive)
            WriteLive(text);
        else
            Console.Error.WriteLine(text);
    }

    private void WriteLive(string text)
    {
        var width = Math.Max(20, Console.WindowWidth - 1);
        if (text.Length > width)
            text = text[..width];
        Console.Error.Write($"\r{text.PadRight(shownChars)}");
        shownChars = text.Length;
    }

    private void Clear()
    {
        if (shownChars > 0)
            Console.Error.Write($"\r{new string(' ', shownChars)}\r");
        shownChars = 0;
    }
}
