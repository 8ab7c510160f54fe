using System.Security.Cryptography;
using System.Text;

namespace Quarry.Lode.Stores;

/// <summary>Kinds of store.</summary>
public enum StoreKind
{
    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A bucket of S3, or of what speaks like it.</summary>
    S3,

    /// <summary>A container of Azure Blob Storage.</summary>
    AzureBlob,
}

/// <summary>
/// Where data lies, as people write it: a folder, <c>s3://bucket/prefix?endpoint=...&amp;region=...</c> or
/// <c>azblob://container/prefix?account=...</c>. No secret is ever part of it.
/// </summary>
public sealed record StoreAddress
{
    private const string SchemeEnd = "://";
    private static readonly string[] S3Settings = ["endpoint", "region"];
    private static readonly string[] AzureSettings = ["account", "endpoint"];

    /// <summary>What kind.</summary>
    public required StoreKind Kind { get; init; }

    /// <summary>The folder, bucket or container.</summary>
    public required string Container { get; init; }

    /// <summary>What every key begins with: empty, or with a slash at its end.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>What stands behind the question mark.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The address without settings, for messages.</summary>
    public string Name =>
        Kind switch
        {
            StoreKind.S3 => $"s3://{Container}/{Prefix}",
            StoreKind.AzureBlob => $"azblob://{Container}/{Prefix}",
            _ => Container,
        };

    /// <summary>
    /// One folder name for what is kept locally for this store: a journal must never be committed to another one.
    /// </summary>
    public string FolderName
    {
        get
        {
            var settings = string.Join(
                '&',
                Settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value}")
            );
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{Name}?{settings}"));
            return $"{Container}-{Convert.ToHexStringLower(hash)[..16]}";
        }
    }

    /// <summary>A setting; null when it is not given.</summary>
    public string? Setting(string name) => Settings.GetValueOrDefault(name);

    /// <summary>Where an object lies, for people.</summary>
    public string Show(string key) => Kind == StoreKind.Folder ? Path.Combine(Container, key) : Name + key;

    /// <summary>Reads an address.</summary>
    /// <exception cref="StoreException">It cannot be read; the message says what to write instead.</exception>
    public static StoreAddress Parse(string root)
    {
        var at = root.IndexOf(SchemeEnd, StringComparison.Ordinal);
        if (at < 0)
            return new() { Kind = StoreKind.Folder, Container = root };
        return root[..at] switch
        {
            "s3" => Remote(StoreKind.S3, root, S3Settings),
            "azblob" => Remote(StoreKind.AzureBlob, root, AzureSettings),
            _ => throw Refused(root, "its scheme is not known"),
        };
    }

    private static StoreAddress Remote(StoreKind kind, string root, string[] known)
    {
        var at = root.IndexOf(SchemeEnd, StringComparison.Ordinal) + SchemeEnd.Length;
        var rest = root[at..];
        var question = rest.IndexOf('?', StringComparison.Ordinal);
        var path = question < 0 ? rest : rest[..question];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var container = slash < 0 ? path : path[..slash];
        if (container.Length == 0 || container.Contains('@', StringComparison.Ordinal))
            throw Refused(root[..at], "a bucket or container must follow, without credentials");
        var prefix = slash < 0 ? "" : path[(slash + 1)..].Trim('/');
        return new()
        {
            Kind = kind,
            Container = container,
            Prefix = prefix.Length == 0 ? "" : prefix + "/",
            Settings = ReadSettings(root.Split('?')[0], question < 0 ? "" : rest[(question + 1)..], known),
        };
    }

    private static Dictionary<string, string> ReadSettings(string address, string query, string[] known)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = pair.Split('=', 2);
            // What stands behind the question mark may be a secret that does not belong there: it is not repeated.
            if (parts.Length != 2 || !known.Contains(parts[0]))
                throw Refused(address, $"'{parts[0]}' is not a setting of it; there are {string.Join(" and ", known)}");
            settings[parts[0]] = Uri.UnescapeDataString(parts[1]);
        }
        return settings;
    }

    private static StoreException Refused(string root, string why) =>
        new(
            $"'{root}' is no address of a store: {why}. Write a folder, s3://bucket/prefix?endpoint=URL&region=NAME, or "
                + "azblob://container/prefix?account=NAME; credentials come from the environment."
        );
}
