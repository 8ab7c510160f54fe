using Quarry.Contracts;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Proxies;

/// <summary>Compares the proxy that a run got with the one that its executor says it used.</summary>
internal static class ProxyProof
{
    /// <summary>A success whose executor used no proxy, or another one, is not a success (CONTRACT_RUN rule 29).</summary>
    public static (RunOutcome Outcome, string? Message) Check(
        ProxyLease? lease,
        ReportedProxy? reported,
        RunOutcome outcome,
        string? message
    )
    {
        if (lease?.Endpoint is not { } given || outcome != RunOutcome.Success)
            return (outcome, message);
        var isSame =
            reported?.Protocol == QuarryNames.Of(given.Protocol)
            && reported.Host == given.Host
            && reported.Port == given.Port;
        return isSame
            ? (outcome, message)
            : (
                RunOutcome.ExecutorCrash,
                $"The run was given the proxy {given.Id}, and its executor does not say that it used it: it may have "
                    + "connected directly. Use the executor of this version."
            );
    }
}
