using Quarry.Contracts.Runs;
using Quarry.Runtime.FanOut;

namespace Quarry.Cli.Trees;

/// <summary>The child runs of a tree.</summary>
internal interface ITreeRuns
{
    /// <summary>Runs a child as soon as there is a place.</summary>
    void Start(RunRecord child);

    /// <summary>Notes a child that was run before.</summary>
    void Note(EndedRun child);
}

/// <summary>Hears what becomes of a tree, for people.</summary>
internal interface ITreeWatcher
{
    /// <summary>Hears a run; the root when it is no child.</summary>
    IRunObserver Of(RunRecord run);

    /// <summary>A run is tried again after a wait.</summary>
    void Retrying(RunRecord ended, RunRecord retry, TimeSpan wait);

    /// <summary>An enqueue event cannot be run.</summary>
    void Refused(RunRecord parent, ChildRequest request, string reason);

    /// <summary>How many children wait, run, and have ended, well or not.</summary>
    void Children(ChildCounts counts);

    /// <summary>A child is over.</summary>
    void ChildEnded(EndedRun child);
}

/// <summary>Children of a tree at one moment.</summary>
internal readonly record struct ChildCounts(int Waiting, int Running, int Good, int Failed);
