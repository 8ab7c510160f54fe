using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Microsoft.Extensions.Configuration.UserSecrets;

namespace Quarry.AppHost.Local.Parameters;

/// <summary>
/// The file in which <c>dotnet user-secrets</c> keeps values of one project, outside of the source tree. Two AppHosts
/// that start at once agree on one value: who makes one holds the lock file beside it.
/// </summary>
/// <param name="path">The file; need not exist.</param>
internal sealed class UserSecrets(string path)
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    /// <summary>The file, which need not exist.</summary>
    public string FilePath { get; } = path;

    /// <summary>The secrets of an assembly; null when it has none.</summary>
    public static UserSecrets? Of(Assembly? assembly)
    {
        var id = assembly?.GetCustomAttribute<UserSecretsIdAttribute>()?.UserSecretsId;
        return id is null ? null : new(PathHelper.GetSecretsPathFromSecretsId(id));
    }

    /// <summary>The kept value, or a new one, which is then kept.</summary>
    /// <exception cref="DistributedApplicationException">The file is not what it should be, or cannot be written.</exception>
    public string FindOrAdd(string key, Func<string> make)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(FilePath)!);
            using var guard = FileLock.Take($"{FilePath}.lock", TimeSpan.FromSeconds(10));
            var values = Read();
            if (Kept(values[key], key) is { Length: > 0 } kept)
                return kept;
            var made = make();
            values[key] = made;
            Write(values);
            return made;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DistributedApplicationException(
                $"The user secrets file {FilePath} cannot be used: {e.Message} Make it writable, or give the value as {key}."
            );
        }
    }

    private string? Kept(JsonNode? value, string key)
    {
        if (value is null)
            return null;
        return value.GetValueKind() == JsonValueKind.String
            ? value.GetValue<string>()
            : throw Damaged($"{key} is no text.");
    }

    private DistributedApplicationException Damaged(string why) =>
        new($"The user secrets file {FilePath} is damaged: {why} Repair it, or delete it: new secrets are made then.");

    private JsonObject Read()
    {
        if (!File.Exists(FilePath))
            return [];
        try
        {
            return JsonNode.Parse(File.ReadAllText(FilePath)) as JsonObject
                ?? throw new JsonException("the file holds no JSON object.");
        }
        catch (JsonException e)
        {
            throw Damaged(e.Message);
        }
    }

    private void Write(JsonObject values)
    {
        var fresh = $"{FilePath}.{Environment.ProcessId}.tmp";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var writer = new StreamWriter(fresh, options))
            writer.Write(values.ToJsonString(Readable));
        // A reader sees the old file or the new one, whole.
        if (File.Exists(FilePath))
            File.Replace(fresh, FilePath, null);
        else
            File.Move(fresh, FilePath);
    }
}
