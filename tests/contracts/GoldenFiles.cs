using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Quarry.Contracts;

namespace Quarry.Tests.Contracts;

/// <summary>The files both languages agree on, beside this source and copied beside the tests.</summary>
internal static class GoldenFiles
{
    private static readonly string Copies = AppContext.BaseDirectory;

    /// <summary>The deepest payload there may be, in its envelope, in its description.</summary>
    private static readonly JsonDocumentOptions Deep = new() { MaxDepth = Limits.PayloadDepthMax + 10 };

    /// <summary>Where the files are kept, for a test that writes them anew.</summary>
    public static string SourceFolder([CallerFilePath] string thisFile = "") => Path.GetDirectoryName(thisFile)!;

    /// <summary>Names of the golden frames whose description holds for the predicate.</summary>
    public static TheoryData<string> Names(Func<JsonElement, bool> isWanted)
    {
        var names = new TheoryData<string>();
        foreach (var file in Directory.EnumerateFiles(Path.Combine(Copies, "frames"), "*.json").Order())
        {
            var name = Path.GetFileNameWithoutExtension(file);
            if (isWanted(Description(name)))
                names.Add(name);
        }
        return names;
    }

    /// <summary>What is in a frame.</summary>
    public static JsonElement Description(string name) => Json($"frames/{name}.json");

    /// <summary>A file of JSON.</summary>
    public static JsonElement Json(string path) =>
        JsonElement.Parse(File.ReadAllBytes(Path.Combine(Copies, path)), Deep);

    /// <summary>JSON as a tree.</summary>
    public static JsonNode? Tree(ReadOnlySpan<byte> json) => JsonNode.Parse(json, documentOptions: Deep);

    /// <summary>The bytes of a file.</summary>
    public static byte[] Bytes(string path) => File.ReadAllBytes(Path.Combine(Copies, path));
}
