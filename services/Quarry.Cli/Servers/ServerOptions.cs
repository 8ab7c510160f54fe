using System.CommandLine;

namespace Quarry.Cli.Servers;

/// <summary>The flag that names a server, and what it excludes.</summary>
internal sealed class ServerOptions(string description)
{
    /// <summary>Environment variable with the API key of the server.</summary>
    public const string KeyVariable = "QUARRY_API_KEY";

    /// <summary>The flag.</summary>
    public Option<string?> Address { get; } =
        new("--server") { Description = $"{description} The key is read from {KeyVariable}.", HelpName = "URL" };

    /// <summary>The server that was named; null when none was.</summary>
    /// <exception cref="UsageException">The address cannot be used.</exception>
    public ServerApi? Find(ParseResult parsed)
    {
        if (parsed.GetValue(Address) is not { } text)
            return null;
        if (
            !Uri.TryCreate(text.TrimEnd('/') + '/', UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
        )
            throw new UsageException($"--server '{text}' is not an address such as http://127.0.0.1:8420.");
        if (address.UserInfo.Length > 0)
            throw new UsageException($"--server takes no password; set {KeyVariable} to the API key instead.");
        return new(address, Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null);
    }

    /// <summary>Refuses flags that belong to runs and storages of this process.</summary>
    /// <exception cref="UsageException">One of them is given.</exception>
    public static void RefuseLocal(ParseResult parsed, params Option[] local)
    {
        var given = local.Where(o => IsGiven(parsed, o)).Select(o => o.Name).ToList();
        if (given.Count > 0)
            throw new UsageException(
                $"{string.Join(", ", given)} cannot be used with --server: the server decides that. Nothing was started."
            );
    }

    /// <summary>True when the command line, or its file, says it.</summary>
    public static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };
}
