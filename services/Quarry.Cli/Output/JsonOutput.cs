using System.Text.Json;
using Quarry.Contracts;

namespace Quarry.Cli.Output;

/// <summary>Output for programs: indented JSON with the names of the contracts.</summary>
internal static class JsonOutput
{
    public static string Of<T>(T value) => JsonSerializer.Serialize(value, QuarryJson.Indented);

    public static void Write<T>(TextWriter to, T value) => to.WriteLine(Of(value));
}
