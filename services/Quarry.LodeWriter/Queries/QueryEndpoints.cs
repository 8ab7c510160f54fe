using System.Text.Json;
using Quarry.Catalogue;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Lode;
using Quarry.Lode.Sql;
using Quarry.Lode.Stores;
using Quarry.LodeWriter.Hosting;

namespace Quarry.LodeWriter.Queries;

/// <summary><c>POST /api/v1/query</c>: one SELECT over what is stored, read-only and within limits.</summary>
internal static class QueryEndpoints
{
    private const int RowsPerFlush = 500;

    /// <summary>Adds the endpoint.</summary>
    public static void MapQuery(this IEndpointRouteBuilder app) =>
        _ = app.MapPost("/api/v1/query", QueryAsync)
            .WithSummary("One SELECT over the views events, items_TYPE, artifacts, runs and drops.")
            .Produces<QueryAnswer>();

    private static async Task<IResult> QueryAsync(
        QueryRequest request,
        LodeHost lode,
        LodeOptions options,
        RunCatalogue catalogue,
        QueryGate gate,
        HttpContext http
    )
    {
        if (request.Sql is not { Length: > 0 } sql)
            return QueryProblems.Invalid([new("sql", "is required: one SELECT")]);
        if (request.Limit is < 1 || request.Limit > options.QueryRowsMax)
            return QueryProblems.Invalid([new("limit", $"must be 1 to {options.QueryRowsMax:N0}")]);
        using var place = gate.TryEnter();
        if (place is null)
            return QueryProblems.Unavailable($"{options.QueriesAtOnceMax} queries are running, as many as may.");
        var limits = SqlLimits.Of(options);
        try
        {
            await using var answer = await new SqlQuery(
                lode.Store.Objects,
                options,
                limits with
                {
                    RowsMax = request.Limit ?? limits.RowsMax,
                }
            ).RunAsync(
                sql,
                request.Params ?? new Dictionary<string, JsonElement>(),
                new(request.RunId, request.Source, request.Dataset),
                catalogue.OpenAsync(http.RequestAborted),
                http.RequestAborted
            );
            await WriteAsync(answer, http.Response, http.RequestAborted);
            return Results.Empty;
        }
        catch (QueryException e)
        {
            return QueryProblems.Invalid([new("sql", e.Message)]);
        }
        catch (StoreException e)
        {
            return QueryProblems.Unavailable(e.Message);
        }
    }

    /// <summary>Rows go out as they come; what goes wrong after the first one is told at the end.</summary>
    private static async Task WriteAsync(SqlAnswer answer, HttpResponse response, CancellationToken cancellation)
    {
        response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(response.BodyWriter);
        json.WriteStartObject();
        json.WritePropertyName("columns"u8);
        JsonSerializer.Serialize(json, answer.Columns, QuarryJson.Compact);
        json.WriteStartArray("rows"u8);
        string? error = null;
        try
        {
            var rows = 0;
            await foreach (var row in answer.RowsAsync(cancellation))
            {
                row.WriteTo(json);
                if (++rows % RowsPerFlush == 0)
                    await json.FlushAsync(cancellation);
            }
        }
        catch (QueryException e)
        {
            error = e.Message;
        }
        json.WriteEndArray();
        json.WriteBoolean("truncated"u8, answer.IsTruncated);
        if (error is not null)
            json.WriteString("error"u8, error);
        json.WriteEndObject();
        await json.FlushAsync(cancellation);
    }
}
