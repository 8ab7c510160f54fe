using System.Collections.Concurrent;
using System.Reflection;

namespace Quarry.Streams.Redis;

/// <summary>Lua programs embedded in this assembly, each behind the text that all of a folder share.</summary>
internal sealed class LuaFiles(string folder, string common)
{
    private readonly ConcurrentDictionary<string, string> programs = new(StringComparer.Ordinal);

    /// <summary>The whole text of a program.</summary>
    public string Of(string name) => programs.GetOrAdd(name, n => Text(common) + Text(n));

    private string Text(string name)
    {
        var resource = $"{folder}.{name}.lua";
        using var stream =
            Assembly.GetExecutingAssembly().GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{resource} is not embedded in the assembly");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd() + "\n";
    }
}
