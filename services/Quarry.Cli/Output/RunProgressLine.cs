using Quarry.Cli.Trees;
using Quarry.Contracts;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Runtime.FanOut;

namespace Quarry.Cli.Output;

/// <summary>
/// Shows a run as it goes, on stderr: one live line on a terminal, a plain line every few seconds elsewhere. Console
/// lines of the script, retries, and child runs that failed come above it. Quiet shows none of them.
/// </summary>
internal sealed class RunProgressLine(bool isQuiet, TimeProvider clock) : IRunObserver, ITreeWatcher, IDisposable
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
    private ChildCounts children;

    /// <summary>Depth of the run that is shown: a child run may be resumed by itself.</summary>
    public int RootDepth { get; init; }

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

    void IRunObserver.Console(ConsoleLine line) => Note($"script | {Printable.Of(line.Text)}");

    IRunObserver ITreeWatcher.Of(RunRecord run) =>
        run.Depth == RootDepth ? this : new ChildConsole(this, ShortId(run.RunId));

    void ITreeWatcher.Retrying(RunRecord ended, RunRecord retry, TimeSpan wait) =>
        Note(
            $"{Title(ended)} attempt {ended.Attempt} of {ended.Retry.MaxAttempts} ended as "
                + $"{QuarryNames.Of(ended.Outcome!.Value)}: {Printable.Of(ended.Message ?? "no message")}\n"
                + $"attempt {retry.Attempt} is run {retry.RunId}; it begins "
                + (retry.Resume is { } at ? $"at checkpoint {Printable.Of(at.CheckpointId)}" : "from the start")
                + $" in {Numbers.Elapsed(wait)}"
        );

    void ITreeWatcher.Refused(RunRecord parent, ChildRequest request, string reason) =>
        Note($"{Title(parent)} seq {request.Seq}: no child run was started, {Printable.Of(reason)}");

    void ITreeWatcher.Children(ChildCounts counts)
    {
        lock (gate)
        {
            children = counts;
            if (isLive)
                Show();
        }
    }

    void ITreeWatcher.ChildEnded(EndedRun child)
    {
        if (!child.IsGood)
            Note($"{Title(child.Run)} {RunSummary.Ending(child)}: {Printable.Of(child.Run.Message ?? "no message")}");
    }

    private string Title(RunRecord run) => run.Depth == RootDepth ? "run" : $"child {ShortId(run.RunId)}";

    /// <summary>Ids of one tree begin alike; they end in what tells them apart.</summary>
    private static string ShortId(string runId)
    {
        const int chars = 8;
        return runId.Length <= chars ? runId : runId[^chars..];
    }

    /// <summary>Writes lines that stay, above the live one.</summary>
    public void Note(string text)
    {
        if (isQuiet)
            return;
        lock (gate)
        {
            Clear();
            Console.Error.WriteLine(text);
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
            + $"{Children()}  {Numbers.Elapsed(elapsed)}";
        if (isLive)
            WriteLive(text);
        else
            Console.Error.WriteLine(text);
    }

    private string Children() =>
        children == default
            ? ""
            : $"  children: {children.Running} run, {children.Waiting} wait, {children.Good} done, {children.Failed} failed";

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

    /// <summary>Of a child only its console is shown, with its name.</summary>
    private sealed class ChildConsole(RunProgressLine line, string name) : IRunObserver
    {
        public void StateChanged(RunRecord run) { }

        public void Observed(string runId, EventBatch events) { }

        public void Console(ConsoleLine text) => line.Note($"child {name} | {Printable.Of(text.Text)}");

        public void Progress(RunProgress progress) { }
    }
}
