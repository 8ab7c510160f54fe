using YamlDotNet.Core;
using YamlDotNet.Serialization;
using YamlDotNet.Serialization.NamingConventions;

namespace Quarry.Runtime.Proxies;

/// <summary>Reads pools of proxies from a YAML file (docs/guides/proxies.md). Nothing in it is a secret.</summary>
public static class ProxyPoolFile
{
    /// <summary>The pools of a file.</summary>
    /// <exception cref="ProxyFileException">The file cannot be used; the message names every mistake.</exception>
    public static IReadOnlyList<ProxyPool> Read(string path)
    {
        try
        {
            var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
            return Parse(File.ReadAllText(path), folder, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ProxyFileException($"The file of proxies '{path}' cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The pools of a text; paths in it are taken from a folder.</summary>
    /// <exception cref="ProxyFileException">The text cannot be used; the message names every mistake.</exception>
    public static IReadOnlyList<ProxyPool> Parse(string yaml, string folder, string name)
    {
        // What the parser says may quote a value of the file, and that may be a password in the wrong place.
        var written =
            TryDeserialize(yaml, out var at)
            ?? throw new ProxyFileException(
                $"The file of proxies '{name}' cannot be read at line {at.Line}, column {at.Column}: a field that is not known "
                    + "or given twice, a value of the wrong kind, or no YAML. See docs/guides/proxies.md."
            );
        var errors = new List<string>();
        if (written.Pools.Count == 0)
            errors.Add("pools needs at least one pool");
        var pools = written.Pools.Select(p => WrittenPoolCheck.Check(p.Key, p.Value, folder, errors)).ToList();
        if (errors.Count == 0)
            return pools;
        throw new ProxyFileException(
            $"The file of proxies '{name}' cannot be used: {string.Join("; ", errors)}. See docs/guides/proxies.md."
        );
    }

    private static WrittenFile? TryDeserialize(string yaml, out Mark at)
    {
        at = Mark.Empty;
        var reader = new DeserializerBuilder()
            .WithNamingConvention(UnderscoredNamingConvention.Instance)
            .WithDuplicateKeyChecking()
            .Build();
        try
        {
            return reader.Deserialize<WrittenFile>(yaml) ?? new();
        }
        catch (YamlException e)
        {
            at = e.Start;
            return null;
        }
    }
}

/// <summary>A file of proxies that cannot be used; the message says why and shows no secret.</summary>
public sealed class ProxyFileException : Exception
{
    /// <summary>An error without details; prefer one with a message.</summary>
    public ProxyFileException() { }

    /// <summary>What is wrong.</summary>
    public ProxyFileException(string message)
        : base(message) { }

    /// <summary>What is wrong, with its cause.</summary>
    public ProxyFileException(string message, Exception inner)
        : base(message, inner) { }
}
