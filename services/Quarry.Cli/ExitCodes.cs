namespace Quarry.Cli;

/// <summary>Exit codes that do not come from a run's outcome (CONTRACT_RUN, exit codes).</summary>
internal static class ExitCodes
{
    public const int Ok = 0;

    /// <summary>A proof does not hold, or what was asked for is not there.</summary>
    public const int NotProven = 1;

    /// <summary>The storage could not take or give what was asked.</summary>
    public const int StorageFailed = 3;

    /// <summary>Flags, files or configuration cannot be used; nothing was started.</summary>
    public const int InvalidUsage = 4;
}

/// <summary>What was asked for cannot be done as asked; the message says what to change. Nothing was started.</summary>
internal sealed class UsageException : Exception
{
    public UsageException() { }

    public UsageException(string message)
        : base(message) { }

    public UsageException(string message, Exception inner)
        : base(message, inner) { }
}
