using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Runs;

/// <summary>
/// From facts to the outcome (CONTRACT_RUN, outcomes): the first row that fits. Success is the last row and needs all
/// of exit 0, a run_complete and every event durable or named; nothing else is a success.
/// </summary>
internal static class OutcomeTable
{
    /// <summary>The outcome with its message; the message is null only for success.</summary>
    public static (RunOutcome Outcome, string? Message) Decide(RunEnd end)
    {
        if (end.Fault is { Kind: IngestFaultKind.Version } version)
            return (RunOutcome.VersionMismatch, version.Message);
        if (end.Fault is { Kind: IngestFaultKind.Policy } policy)
            return (RunOutcome.PolicyFailure, policy.Message);
        if (end.Fault is { Kind: IngestFaultKind.Limit } limit)
            return (RunOutcome.ScriptError, limit.Message);
        if (IsCleanSuccess(end))
            return (RunOutcome.Success, null);
        if (end.Stop is { } stop)
            return (stop.Outcome, stop.Reason);
        if (end.Fault is { } stream)
            return (RunOutcome.ExecutorCrash, stream.Message);
        return end.Exit.Signal is { } signal ? (RunOutcome.ExecutorCrash, Killed(end, signal)) : ByExitCode(end);
    }

    private static bool IsCleanSuccess(RunEnd end) =>
        end is { Exit.Code: 0, Terminal: EventType.RunComplete, Fault: null, IsAllDurable: true };

    private static (RunOutcome, string?) ByExitCode(RunEnd end) =>
        end.Exit.Code switch
        {
            0 when end.Terminal == EventType.RunError => (RunOutcome.ScriptError, ErrorText(end)),
            0 when end.Terminal is null => (
                RunOutcome.ExecutorCrash,
                $"Executor exited with 0 after seq {end.SeqLast} without a terminal event: the script ended the process "
                    + "(process.exit?) before its run was complete. Let the script's function return instead."
            ),
            0 => (RunOutcome.PolicyFailure, $"Not every event up to seq {end.SeqLast} is durable or named as dropped."),
            1 => (RunOutcome.ScriptError, ErrorText(end)),
            3 => (RunOutcome.ExecutorCrash, $"Executor refused the run: {ReportText(end)}"),
            _ => (
                RunOutcome.ExecutorCrash,
                $"Executor exited with {end.Exit.Code} after seq {end.SeqLast}: {ReportText(end)}"
            ),
        };

    private static string Killed(RunEnd end, int signal)
    {
        if (end.IsOverstayed)
            return $"Executor did not exit after the terminal event (seq {end.SeqLast}) and was killed: a cleanup hook or an "
                + "open handle held it. See docs/operations/executor-killed.md.";
        const int sigkill = 9;
        var cause = signal == sigkill ? "killed, often by the system for lack of memory" : "a crash";
        return $"Executor was ended by signal {signal} ({cause}) after seq {end.SeqLast}. "
            + "See docs/operations/executor-killed.md.";
    }

    private static string ErrorText(RunEnd end)
    {
        var error = end.Error ?? end.Result?.Error;
        return error is null ? "The script failed without saying why." : Join(error.Type, error.Message);
    }

    private static string ReportText(RunEnd end) =>
        end.Result is { } result
            ? Join(result.Error.Type, result.Error.Message)
            : "it did not say why; see its console lines.";

    private static string Join(string? type, string? message) =>
        (type, message) switch
        {
            (null, null) => "no message",
            (null, _) => message,
            (_, null) => type,
            _ => message.StartsWith(type, StringComparison.Ordinal) ? message : $"{type}: {message}",
        };
}
