using System.Diagnostics;
using Quarry.Contracts.Lode;

namespace Quarry.Lode.Faults;

/// <summary>
/// Places between two steps at which this process can be told to die, so that each of them can be tried on purpose. Without
/// <see cref="Variable"/> passing one is a comparison with null.
/// </summary>
internal static class FaultPoint
{
    /// <summary>Variable with the name of the point; refused outside of the Development environment.</summary>
    public const string Variable = "QUARRY_FAULT_POINT";

    /// <summary>A batch has come, nothing of it is written.</summary>
    public const string AppendReceived = "append.received";

    /// <summary>A batch is journaled, nobody was told.</summary>
    public const string AppendJournaled = "append.journaled";

    /// <summary>The rows of a slot are in the store, the slot is not.</summary>
    public const string SlotRows = "slot.rows";

    /// <summary>A slot is in the store, its writer does not know it.</summary>
    public const string SlotCommitted = "slot.committed";

    /// <summary>The closing slot is there, the run's last state is not.</summary>
    public const string RunClosed = "run.closed";

    /// <summary>Parquet is made on the local disk, nothing of it is in the store.</summary>
    public const string SettleMade = "settle.made";

    /// <summary>One Parquet file is in the store.</summary>
    public const string SettlePut = "settle.put";

    /// <summary>The record of what was settled is there, nothing after it.</summary>
    public const string SettleRecorded = "settle.recorded";

    /// <summary>One journal segment is deleted.</summary>
    public const string JournalDeleted = "journal.deleted";

    /// <summary>One object of a settled run's wal is deleted.</summary>
    public const string WalDeleted = "wal.deleted";

    private static readonly string? Armed = Environment.GetEnvironmentVariable(Variable);

    /// <summary>Every point, in the order in which a run passes them.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        AppendReceived,
        AppendJournaled,
        SlotRows,
        SlotCommitted,
        RunClosed,
        SettleMade,
        SettlePut,
        SettleRecorded,
        JournalDeleted,
        WalDeleted,
    ];

    /// <summary>Refuses a point that is not known, and any outside of the Development environment.</summary>
    /// <exception cref="LodeException">It says why.</exception>
    public static void Check()
    {
        if (string.IsNullOrEmpty(Armed))
            return;
        if (Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") != "Development")
            throw new LodeException(
                $"{Variable} is set to '{Armed}', which kills this process on purpose, and DOTNET_ENVIRONMENT is not "
                    + "'Development'. Nothing was opened. Remove the variable."
            );
        if (!All.Contains(Armed))
            throw new LodeException($"{Variable} is '{Armed}'; it must be one of {string.Join(", ", All)}.");
    }

    /// <summary>Dies here, by SIGKILL, when this is the point.</summary>
    public static void Pass(string point)
    {
        if (Armed is null || Armed != point)
            return;
        using var self = Process.GetCurrentProcess();
        self.Kill();
    }
}
