using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Quarry.Runtime.Executors;

/// <summary>
/// What an executor can do beyond running a script, as it says itself when it is asked with <c>--features</c>. It is asked
/// before a run that depends on it: an executor that does not know proxies would connect directly.
/// </summary>
internal static class ExecutorFeatures
{
    /// <summary>All traffic of the browser goes through the proxy of the run request.</summary>
    public const string Proxy = "proxy";

    private const string Flag = "--features";
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(20);
    private static readonly ConcurrentDictionary<string, IReadOnlyList<string>> Known = new(StringComparer.Ordinal);

    /// <summary>Why the executor cannot be used for a run that needs the feature; null when it can.</summary>
    public static async Task<string?> RefuseAsync(ExecutorOptions options, string feature, TimeProvider clock)
    {
        var command = ExecutorLocator.LocateMode(options, Flag);
        var program = command.Arguments is [.., var module, Flag] ? module : command.Program;
        var version = $"{program} {File.GetLastWriteTimeUtc(program).Ticks}";
        if (!Known.TryGetValue(version, out var features))
            Known[version] = features = await AskAsync(command, clock);
        return features.Contains(feature)
            ? null
            : $"The executor {program} does not say that it knows '{feature}' when it is asked with {Flag}.";
    }

    private static async Task<IReadOnlyList<string>> AskAsync(ExecutorCommand command, TimeProvider clock)
    {
        var start = new ProcessStartInfo(command.Program)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in command.Arguments)
            start.ArgumentList.Add(argument);
        ExecutorEnvironment.Apply(start.Environment, "", "", []);
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var late = new CancellationTokenSource(AnswersWithin, clock);
        try
        {
            _ = process.StandardError.ReadToEndAsync(late.Token);
            return Parse(await process.StandardOutput.ReadToEndAsync(late.Token));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return [];
        }
    }

    private static IReadOnlyList<string> Parse(string answer)
    {
        try
        {
            return JsonSerializer.Deserialize<Answer>(answer, Contracts.QuarryJson.Compact)?.Features ?? [];
        }
        catch (JsonException)
        {
            return [];
        }
    }

    private sealed record Answer(IReadOnlyList<string>? Features);
}
