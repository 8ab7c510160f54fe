using System.Globalization;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Queries;

/// <summary>Rows of a run in seq order, whatever tier they are in.</summary>
internal static class EventEndpoints
{
    private const int DefaultLimit = 100;
    private const long PageBytesMax = 8 * 1024 * 1024;

    /// <summary>Adds the endpoint to <c>/api/v1/runs</c>.</summary>
    public static void MapEvents(this RouteGroupBuilder runs) =>
        _ = runs.MapGet("{runId}/events", ListAsync)
            .WithSummary("Events in seq order; next_cursor is the after_seq of the next page.")
            .Produces<Page<EventRow>>();

    private static Task<IResult> ListAsync(
        string runId,
        HttpRequest request,
        LodeHost lode,
        RunLookup lookup,
        CancellationToken cancellation
    )
    {
        var query = new RunQueryString(request.Query);
        var afterSeq = query.Whole("after_seq", 0, long.MaxValue, 0);
        var limit = (int)query.Whole("limit", 1, Limits.PageRowsMax, DefaultLimit);
        var type = query.Text("type");
        IReadOnlyList<FieldError> errors =
            type is null || EventTypes.Parse(type) != EventType.Unknown
                ? query.Errors
                :
                [
                    .. query.Errors,
                    new("type", $"must be one of {string.Join(", ", EventTypes.All.Select(t => t.Name()))}"),
                ];
        return errors.Count > 0
            ? Task.FromResult(QueryProblems.Invalid(errors))
            : lookup.WithRunAsync(
                runId,
                async run => Results.Ok(await PageAsync(lode, run, type, afterSeq, limit, cancellation)),
                cancellation
            );
    }

    /// <summary>A page ends at its rows or, so that large items do not fill the memory, at its bytes.</summary>
    private static async Task<Page<EventRow>> PageAsync(
        LodeHost lode,
        RunRecord run,
        string? type,
        long afterSeq,
        int limit,
        CancellationToken cancellation
    )
    {
        var rows = new List<EventRow>();
        var bytes = 0L;
        await foreach (var row in lode.Store.EventsAsync(run, type, afterSeq, cancellation))
        {
            if (rows.Count == limit || bytes >= PageBytesMax)
                return new(rows, rows[^1].Seq.ToString(CultureInfo.InvariantCulture));
            rows.Add(row);
            bytes += row.Payload.GetRawText().Length;
        }
        return new(rows);
    }
}
