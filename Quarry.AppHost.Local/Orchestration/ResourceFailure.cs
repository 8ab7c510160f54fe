namespace Quarry.AppHost.Local.Orchestration;

/// <summary>A resource did not start, or ended by itself.</summary>
/// <param name="Name">The resource.</param>
/// <param name="Reason">What happened, why as far as known, with its last lines.</param>
/// <param name="IsAtStart">True when it never was healthy, so that the application cannot come up.</param>
internal sealed record ResourceFailure(string Name, string Reason, bool IsAtStart)
{
    /// <summary>True when it only waited for one that failed, so that the cause is the failure of that one.</summary>
    public bool IsConsequence { get; init; }
}
