using Quarry.Cli.Commands;
using Quarry.Lode.Stores;

namespace Quarry.Cli.Output;

/// <summary>Where runs lie, and how to look at one.</summary>
/// <param name="Data">Where the data of a run lies, by its path below the storage.</param>
/// <param name="Look">The command or address that shows a run.</param>
internal sealed record RunPlace(Func<string, string> Data, Func<string, string> Look)
{
    /// <summary>A storage that this process reads.</summary>
    public static RunPlace Storage(string root) =>
        new(
            path => StoreAddress.Parse(root).Show(path),
            runId =>
                $"quarry inspect run {runId}"
                + (root == SharedOptions.DefaultStorage ? "" : $" --storage {Quoted(root)}")
        );

    /// <summary>A server.</summary>
    public static RunPlace Server(Uri server) =>
        new(path => $"{path} in the storage of {server}", runId => new Uri(server, $"runs/{runId}").ToString());

    /// <summary>An address has characters that a shell would read.</summary>
    private static string Quoted(string storage) =>
        storage.AsSpan().IndexOfAny('&', '?', ' ') >= 0 ? $"'{storage}'" : storage;
}
