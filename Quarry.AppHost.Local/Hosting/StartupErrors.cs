using Aspire.Hosting;

namespace Quarry.AppHost.Local.Hosting;

/// <summary>Turns an error of the description (AppHost.cs) into one message and exit code 1, instead of a stack trace.</summary>
internal static class StartupErrors
{
    /// <summary>Exit code of an application that could not come up.</summary>
    public const int ExitFailed = 1;

    private static int isWatching;

    /// <summary>Begins to watch, once in a process.</summary>
    public static void Watch()
    {
        if (Interlocked.Exchange(ref isWatching, 1) == 1)
            return;
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            if (e.ExceptionObject is not DistributedApplicationException error)
                return;
            Tell(error.Message);
            Environment.Exit(ExitFailed);
        };
    }

    /// <summary>Says what went wrong, and sets the exit code.</summary>
    public static void Tell(string message)
    {
        Console.Error.WriteLine($"quarry: error: {message}");
        Environment.ExitCode = ExitFailed;
    }
}
