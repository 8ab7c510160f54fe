using System.Text;

namespace Quarry.ServiceDefaults;

/// <summary>
/// What a service says when an error ends it: the reason in its last line, for the last lines are what whoever started it
/// shows. A value that cannot be read is said without the stack trace, which would be ours and not the user's.
/// </summary>
public static class StartupErrors
{
    private const int ExitFailed = 1;
    private const string SettingsSource = "Microsoft.Extensions.Configuration.Binder";

    /// <summary>Begins to watch; call it first.</summary>
    public static void Watch() =>
        AppDomain.CurrentDomain.UnhandledException += (_, e) =>
        {
            Console.Error.WriteLine(Describe((Exception)e.ExceptionObject));
            Environment.Exit(ExitFailed);
        };

    /// <summary>What is said of an error; its last line is the reason.</summary>
    public static string Describe(Exception error)
    {
        if (error.Source == SettingsSource)
            return $"{error.Message} Correct this setting: docs/operations/configuration.md";
        var reasons = new StringBuilder(error.Message);
        for (var inner = error.InnerException; inner is not null; inner = inner.InnerException)
            reasons.Append(" <- ").Append(inner.Message);
        return $"{error}{Environment.NewLine}{reasons.Replace(Environment.NewLine, " ")}";
    }
}
