using System.Globalization;
using System.Text;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Memory of processes. Pages that processes share are counted in parts (PSS), so that a browser of many processes is not
/// counted many times. Needs Linux's /proc; 0 without it.
/// </summary>
internal static class ProcessMemory
{
    /// <summary>Bytes that the processes use together.</summary>
    public static long BytesOf(IEnumerable<int> pids) => pids.Sum(BytesOf);

    private static long BytesOf(int pid)
    {
        const string field = "Pss:";
        const long bytesPerKb = 1024;
        var text = ProcessTable.TryRead(pid, "smaps_rollup") is { } rollup ? Encoding.ASCII.GetString(rollup) : "";
        var at = text.IndexOf(field, StringComparison.Ordinal);
        if (at < 0)
            return 0;
        var number = text.AsSpan(at + field.Length).TrimStart();
        return long.Parse(number[..number.IndexOf(' ')], CultureInfo.InvariantCulture) * bytesPerKb;
    }
}
