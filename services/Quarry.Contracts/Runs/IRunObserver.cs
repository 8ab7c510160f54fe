using Quarry.Contracts.Events;

namespace Quarry.Contracts.Runs;

/// <summary>
/// Hears what a run does, as it happens: live tail, progress, logs. Calls come from the ingest loop one at a time and
/// must return at once; an observer that is slow keeps what it needs and says what it had to leave out.
/// </summary>
public interface IRunObserver
{
    /// <summary>The record changed; it is durable already.</summary>
    void StateChanged(RunRecord run);

    /// <summary>Events were observed, before the policy decided. The frames are valid during the call only.</summary>
    void Observed(string runId, EventBatch events);

    /// <summary>The executor wrote a line that is not a frame.</summary>
    void Console(ConsoleLine line);

    /// <summary>Counters moved; called at most once per read of the pipe.</summary>
    void Progress(RunProgress progress);
}

/// <summary>A line of the executor's console: stderr, and what tried to reach stdout.</summary>
/// <param name="RunId">The run.</param>
/// <param name="At">When the runtime read it.</param>
/// <param name="Text">The line without its end; control characters are kept, show them escaped.</param>
public readonly record struct ConsoleLine(string RunId, DateTimeOffset At, string Text);

/// <summary>Counters of a run at one moment.</summary>
/// <param name="RunId">The run.</param>
/// <param name="SeqLast">Last seq observed.</param>
/// <param name="SeqDurable">Last seq durable.</param>
/// <param name="Items">Items observed.</param>
/// <param name="Buffered">Events held by the policy.</param>
/// <param name="Dropped">Events dropped so far.</param>
public readonly record struct RunProgress(
    string RunId,
    long SeqLast,
    long SeqDurable,
    long Items,
    long Buffered,
    long Dropped
);
