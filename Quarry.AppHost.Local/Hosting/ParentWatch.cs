using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Hosting;

/// <summary>
/// Ends the application when the <c>dotnet run</c> that started it is killed: that one cannot tell us any more. A
/// parent-death signal would not do, as it follows the thread of <c>dotnet run</c> that started us.
/// </summary>
internal sealed class ParentWatch : IDisposable
{
    /// <summary>Setting: true or false to watch or not; when left out, a parent that is <c>dotnet run</c> is watched.</summary>
    public const string Setting = "WatchParent";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(500);
    private readonly ITimer timer;

    private ParentWatch(int parent, IHostApplicationLifetime lifetime, TimeProvider clock) =>
        timer = clock.CreateTimer(
            _ =>
            {
                if (Signals.ParentProcessId() != parent)
                    lifetime.StopApplication();
            },
            null,
            LookEvery,
            LookEvery
        );

    /// <summary>Begins to watch, where that is wanted.</summary>
    public static ParentWatch? Start(IServiceProvider services)
    {
        if (!OperatingSystem.IsLinux() && !OperatingSystem.IsMacOS())
            return null;
        var parent = Signals.ParentProcessId();
        var isWanted = services.GetRequiredService<IConfiguration>().GetValue<bool?>(Setting) ?? IsDotnetRun(parent);
        return isWanted
            ? new(
                parent,
                services.GetRequiredService<IHostApplicationLifetime>(),
                services.GetRequiredService<TimeProvider>()
            )
            : null;
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private static bool IsDotnetRun(int pid)
    {
        var path = $"/proc/{pid}/cmdline";
        if (!File.Exists(path))
            return false;
        var words = File.ReadAllText(path).Split('\0', StringSplitOptions.RemoveEmptyEntries);
        return words.Length > 1
            && Path.GetFileName(words[0]) == "dotnet"
            && words.Skip(1).Any(w => w is "run" or "watch");
    }
}
