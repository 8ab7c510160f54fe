using System.Globalization;

namespace Quarry.Cli.Output;

/// <summary>Numbers for people.</summary>
internal static class Numbers
{
    private static readonly string[] ByteUnits = ["B", "KiB", "MiB", "GiB", "TiB"];

    public static string Count(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    public static string Bytes(long value)
    {
        double scaled = value;
        var unit = 0;
        while (scaled >= 1024 && unit < ByteUnits.Length - 1)
        {
            scaled /= 1024;
            unit++;
        }
        return unit == 0
            ? $"{value} B"
            : string.Create(CultureInfo.InvariantCulture, $"{scaled:0.0} {ByteUnits[unit]}");
    }

    public static string Elapsed(TimeSpan time) =>
        time switch
        {
            { TotalSeconds: < 60 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s"),
            { TotalHours: < 1 } => $"{time.Minutes} min {time.Seconds} s",
            _ => $"{(int)time.TotalHours} h {time.Minutes} min",
        };
}
