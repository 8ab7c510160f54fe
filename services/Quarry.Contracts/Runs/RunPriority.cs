namespace Quarry.Contracts.Runs;

/// <summary>Class of a run in the queue: a waiting run of a higher class always starts first.</summary>
public enum RunPriority
{
    /// <summary>Before everything else.</summary>
    High,

    /// <summary>When nothing is said.</summary>
    Normal,

    /// <summary>When nothing else waits.</summary>
    Low,
}
