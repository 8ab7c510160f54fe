namespace Quarry.Cli.Doctor;

/// <summary>How a part of the machine is.</summary>
internal enum FindingStatus
{
    /// <summary>The real thing is there.</summary>
    Ok,

    /// <summary>It works, by something that is meant for want of the real thing.</summary>
    StandIn,

    /// <summary>It works, and something about it should be known.</summary>
    Warning,

    /// <summary>It is not there, and nothing stands in for it: runs cannot work.</summary>
    Missing,
}

/// <summary>What was found about one part of the machine.</summary>
/// <param name="Part">The part.</param>
/// <param name="Status">How it is.</param>
/// <param name="Found">What is there, or what is wrong.</param>
/// <param name="Next">What to do about it; null when nothing is to be done.</param>
internal sealed record Finding(string Part, FindingStatus Status, string Found, string? Next = null);
