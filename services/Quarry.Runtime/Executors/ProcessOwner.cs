using System.Globalization;

namespace Quarry.Runtime.Executors;

/// <summary>
/// The process that keeps executors or browsers for many runs. What it started carries its name instead of a run's id; when
/// it is gone, whoever finds them may end them.
/// </summary>
/// <param name="Pid">Its id.</param>
/// <param name="StartedTicks">When it was started, in clock ticks since the machine's start: ids are given again.</param>
public readonly record struct ProcessOwner(int Pid, long StartedTicks)
{
    private const string Prefix = "runner-";

    /// <summary>This process.</summary>
    public static ProcessOwner Self { get; } = new(Environment.ProcessId, TicksOf(Environment.ProcessId) ?? 0);

    /// <summary>True when it has ended.</summary>
    public bool IsGone => TicksOf(Pid) != StartedTicks;

    /// <summary>Its name in tags: <c>runner-PID-TICKS</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Pid}-{StartedTicks}");

    /// <summary>Reads a tag; false for a run's id.</summary>
    public static bool TryParse(string tag, out ProcessOwner owner)
    {
        owner = default;
        var parts = tag.StartsWith(Prefix, StringComparison.Ordinal) ? tag[Prefix.Length..].Split('-') : [];
        if (parts.Length != 2 || !int.TryParse(parts[0], out var pid) || !long.TryParse(parts[1], out var ticks))
            return false;
        owner = new(pid, ticks);
        return true;
    }

    private static long? TicksOf(int pid) => ProcessTable.Find(pid)?.StartedTicks;
}
