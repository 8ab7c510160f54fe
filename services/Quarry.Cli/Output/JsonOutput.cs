using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Cli.Output;

/// <summary>Output for programs: indented JSON with the names of the contracts.</summary>
internal static class JsonOutput
{
    public static string Of<T>(T value) => JsonSerializer.Serialize(value, QuarryJson.Indented);

    public static void Write<T>(TextWriter to, T value) => to.WriteLine(Of(value));
}

/// <summary>What <c>--report</c> and <c>--format json</c> write for a run.</summary>
internal sealed record RunReport(RunRecord Run, VerifyReport? Proof, string Storage);
