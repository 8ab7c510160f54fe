using System.Text.Json;
using Quarry.Contracts.Runs;
using Quarry.Lode.Stores;

namespace Quarry.Lode.Sql;

/// <summary>
/// SQL over a storage: views <c>events</c>, <c>items_TYPE</c>, <c>artifacts</c>, <c>runs</c>, <c>drops</c> over settled and
/// committed rows, read-only, each query in a process of its own and within limits.
/// </summary>
public sealed class SqlQuery(IObjectStore store, LodeOptions options, SqlLimits limits)
{
    /// <summary>Runs one SELECT.</summary>
    /// <param name="sql">The statement; parameters are written <c>$name</c>.</param>
    /// <param name="parameters">Values of the parameters.</param>
    /// <param name="scope">What it sees.</param>
    /// <param name="unsettled">Runs that may not be settled: those that are not are read from their wal.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <returns>The answer; its rows are read as they come, and disposing it ends the query.</returns>
    /// <exception cref="QueryException">The query failed; the message says why.</exception>
    /// <exception cref="StoreException">The store failed.</exception>
    public Task<SqlAnswer> RunAsync(
        string sql,
        IReadOnlyDictionary<string, JsonElement> parameters,
        QueryScope scope,
        IAsyncEnumerable<RunRecord> unsettled,
        CancellationToken cancellation
    ) => StartAsync(sql, parameters, scope, unsettled, parquetOut: null, cancellation);

    /// <summary>Writes the rows of one SELECT as Parquet; how many there are.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task<long> WriteParquetAsync(
        string sql,
        IReadOnlyDictionary<string, JsonElement> parameters,
        QueryScope scope,
        IAsyncEnumerable<RunRecord> unsettled,
        Stream to,
        CancellationToken cancellation
    )
    {
        const string name = "out.parquet";
        await using var answer = await StartAsync(sql, parameters, scope, unsettled, name, cancellation);
        var rows = 0L;
        await foreach (var row in answer.RowsAsync(cancellation))
            rows = row[0].GetInt64();
        await answer.CopyOutAsync(name, to, cancellation);
        return rows;
    }

    private async Task<SqlAnswer> StartAsync(
        string sql,
        IReadOnlyDictionary<string, JsonElement> parameters,
        QueryScope scope,
        IAsyncEnumerable<RunRecord> unsettled,
        string? parquetOut,
        CancellationToken cancellation
    )
    {
        var sources = new SqlSources(store, options, limits);
        var time = new CancellationTokenSource();
        SqlAnswer? answer = null;
        try
        {
            var request = await sources.GatherAsync(
                scope,
                unsettled,
                new()
                {
                    Sql = sql.Trim().TrimEnd(';'),
                    Parameters = parameters,
                    ParquetOut = parquetOut,
                    Limits = limits,
                },
                cancellation
            );
            answer = new SqlAnswer(SqlProcess.Start(sources.Scratch), sources, time, limits);
            time.CancelAfter(limits.TimeMs);
            await answer.AskAsync(request, cancellation);
            return answer;
        }
        catch
        {
            if (answer is not null)
                await answer.DisposeAsync();
            else
                await sources.DisposeAsync();
            throw;
        }
    }
}
