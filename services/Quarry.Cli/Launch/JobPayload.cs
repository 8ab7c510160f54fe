using System.Text.Json;

namespace Quarry.Cli.Launch;

/// <summary>The job payload from a flag or a file.</summary>
internal static class JobPayload
{
    /// <summary>Reads it; null when neither is given.</summary>
    /// <exception cref="UsageException">Both are given, the file cannot be read, or it is not JSON.</exception>
    public static JsonElement? Read(string? json, string? file) =>
        (json, file) switch
        {
            (null, null) => null,
            (not null, not null) => throw new UsageException(
                "--job and --job-file cannot be used together; choose one."
            ),
            (not null, null) => Parse(json, "--job"),
            _ => Parse(ReadFile(file!), $"--job-file {file}"),
        };

    private static JsonElement Parse(string json, string from)
    {
        try
        {
            return JsonSerializer.Deserialize<JsonElement>(json);
        }
        catch (JsonException e)
        {
            throw new UsageException(
                $"{from} is not JSON: {e.Message} Quote it for the shell, such as --job '{{\"url\":\"http://…\"}}'.",
                e
            );
        }
    }

    private static string ReadFile(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--job-file '{file}' cannot be read: {e.Message}", e);
        }
    }
}
