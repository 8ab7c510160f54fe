using System.Text.Json;
using Quarry.Contracts;
using Quarry.Lode.Keys;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Settling;

/// <summary>What settling a run made: written once, after every file it names is there.</summary>
internal sealed record SettledRecord
{
    public const int FormatVersion = 1;

    public int V { get; init; } = FormatVersion;

    public required string RunId { get; init; }

    public required long SeqLast { get; init; }

    /// <summary>Rows of events; files of other kinds are not among them.</summary>
    public required long Rows { get; init; }

    /// <summary>Files of events.</summary>
    public required IReadOnlyList<SettledFile> Files { get; init; }

    /// <summary>Files of rows that are no events: the run record, dropped ranges.</summary>
    public IReadOnlyList<SettledFile> Records { get; init; } = [];

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Reads the record of a run; null when it is not settled.</summary>
    /// <exception cref="StoreException">It is damaged, or of a newer format.</exception>
    public static Task<SettledRecord?> ReadAsync(IObjectStore store, RunKeys keys, CancellationToken cancellation) =>
        ReadKeyAsync(store, keys.Settled, cancellation);

    /// <inheritdoc cref="ReadAsync(IObjectStore, RunKeys, CancellationToken)"/>
    public static async Task<SettledRecord?> ReadKeyAsync(
        IObjectStore store,
        string key,
        CancellationToken cancellation
    )
    {
        if (await store.GetAsync(key, cancellation) is not { } json)
            return null;
        try
        {
            return JsonSerializer.Deserialize<SettledRecord>(json, QuarryJson.Compact) is { V: FormatVersion } record
                ? record
                : throw new JsonException($"it is not of format {FormatVersion}");
        }
        catch (JsonException e)
        {
            throw new StoreException(
                $"{store.Name}: '{key}' cannot be read: {e.Message} Run 'quarry verify' on the run.",
                e
            );
        }
    }
}

/// <summary>One Parquet file.</summary>
internal sealed record SettledFile(
    string EventType,
    string Key,
    long Rows,
    long Bytes,
    string Xxh128,
    long First,
    long Last
);
