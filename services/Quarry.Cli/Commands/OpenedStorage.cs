using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Cli.Output;
using Quarry.Contracts.Runs;
using Quarry.Lode;
using Quarry.Lode.Stores;

namespace Quarry.Cli.Commands;

/// <summary>Storage as reading commands open it: it must exist, and what dead writers left is recovered first.</summary>
internal static class OpenedStorage
{
    public static async Task<LodeStore> OpenAsync(string root)
    {
        if (Address(root).Kind == StoreKind.Folder && !Directory.Exists(root))
            throw new UsageException(
                $"There is no storage at '{root}'. Run a script first, or name the folder with --storage."
            );
        return await LodeStore.OpenAsync(new() { Root = root }, TimeProvider.System, NullLogger<LodeStore>.Instance);
    }

    /// <summary>What <c>--storage</c> names.</summary>
    public static StoreAddress Address(string root)
    {
        try
        {
            return StoreAddress.Parse(root);
        }
        catch (StoreException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    /// <summary>The record of a run that must exist.</summary>
    public static async Task<RunRecord> FindAsync(LodeStore lode, string runId, string root) =>
        await lode.Reader.FindRunAsync(runId, CancellationToken.None)
        ?? throw new UsageException($"There is no run '{runId}' in '{root}'. See 'quarry list runs --storage {root}'.");

    /// <summary>How many runs a command will pass; null when nobody watches it.</summary>
    public static async Task<long?> CountRunsAsync(LodeStore lode, CancellationToken cancellation) =>
        ProgressBar.IsSeen ? await lode.Reader.RunIdsAsync(cancellation).LongCountAsync(cancellation) : null;
}
