using System.Runtime.CompilerServices;
using System.Text.Json;
using Quarry.Contracts;

namespace Quarry.Lode.Sql;

/// <summary>An answer as it comes: its columns, then its rows. Disposing it ends the query.</summary>
public sealed class SqlAnswer : IAsyncDisposable
{
    private readonly SqlProcess worker;
    private readonly SqlSources sources;
    private readonly CancellationTokenSource time;
    private readonly SqlLimits limits;

    internal SqlAnswer(SqlProcess worker, SqlSources sources, CancellationTokenSource time, SqlLimits limits)
    {
        this.worker = worker;
        this.sources = sources;
        this.time = time;
        this.limits = limits;
    }

    /// <summary>Columns, in order.</summary>
    public IReadOnlyList<SqlColumn> Columns { get; private set; } = [];

    /// <summary>True when rows were cut off; known after the last row.</summary>
    public bool IsTruncated { get; private set; }

    /// <summary>Rows, each an array of JSON values in the order of the columns.</summary>
    /// <exception cref="QueryException">The query failed, took too long, or its process died.</exception>
    public async IAsyncEnumerable<JsonElement> RowsAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (await NextAsync(cancellation) is var line)
        {
            using var parsed = JsonDocument.Parse(line, new() { MaxDepth = Limits.PayloadDepthMax + 16 });
            if (parsed.RootElement.ValueKind == JsonValueKind.Array)
            {
                yield return parsed.RootElement.Clone();
                continue;
            }
            var end = parsed.Deserialize<SqlEnd>(QuarryJson.Compact)!;
            IsTruncated = end.IsTruncated;
            if (end.Error is { } error)
                throw new QueryException(error);
            yield break;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await worker.DisposeAsync();
        await sources.DisposeAsync();
        time.Dispose();
    }

    /// <summary>Copies a file of the query to the caller's.</summary>
    internal async Task CopyOutAsync(string name, Stream to, CancellationToken cancellation)
    {
        await using var from = File.OpenRead(Path.Combine(sources.Scratch, name));
        await from.CopyToAsync(to, cancellation);
    }

    internal async Task AskAsync(SqlRequest request, CancellationToken cancellation)
    {
        await worker.AskAsync(request, cancellation);
        var head = JsonSerializer.Deserialize<SqlHead>(await NextAsync(cancellation), QuarryJson.Compact)!;
        Columns = head.Columns ?? throw new QueryException(head.Error ?? "The query was not answered.");
    }

    private async Task<string> NextAsync(CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, time.Token);
        try
        {
            return await worker.ReadLineAsync(either.Token);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new QueryException(
                $"The query was ended after {limits.TimeMs:N0} ms, its limit. Narrow it, or raise the limit.",
                e
            );
        }
    }
}
