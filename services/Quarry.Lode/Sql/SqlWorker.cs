using System.Text.Json;
using DuckDB.NET.Data;
using Quarry.Contracts;

namespace Quarry.Lode.Sql;

/// <summary>
/// The process that runs one query: what the engine does to memory, or dies of, stays in it. A request comes on stdin, the
/// answer goes to stdout, and the process ends.
/// </summary>
public static class SqlWorker
{
    /// <summary>The argument that makes a program of Quarry this worker.</summary>
    public const string Argument = "sql-worker";

    /// <summary>Above what a start and the end of an answer take, in milliseconds.</summary>
    private const int StartMs = 60_000;

    private static Timer? late;

    /// <summary>True when a program was started as this worker; it has done its work then.</summary>
    public static bool TryRun(string[] args)
    {
        if (args is not [Argument])
            return false;
        using var output = Console.OpenStandardOutput();
        using var lines = new BufferedStream(output, 64 * 1024);
        var request = JsonSerializer.Deserialize<SqlRequest>(Console.In.ReadLine()!, QuarryJson.Compact)!;
        EndWithCaller(request.Limits);
        try
        {
            Answer(request, lines);
        }
        catch (DuckDBException e)
        {
            WriteLine(lines, new SqlEnd(IsTruncated: false, Told(e.Message)));
        }
        return true;
    }

    /// <summary>
    /// The caller ends this process when it has its answer or the time is over. A caller that was killed cannot: then stdin
    /// ends. One that is frozen cannot either: then the time ends here too.
    /// </summary>
    private static void EndWithCaller(SqlLimits limits)
    {
        var watch = new Thread(() =>
        {
            using var input = Console.OpenStandardInput();
            Span<byte> more = stackalloc byte[1];
            while (input.Read(more) > 0) { }
            Environment.Exit(1);
        })
        {
            IsBackground = true,
        };
        watch.Start();
        late = new(_ => Environment.Exit(1), null, (2L * limits.TimeMs) + StartMs, Timeout.Infinite);
    }

    private static void Answer(SqlRequest request, Stream lines)
    {
        using var session = new SqlSession(request);
        var (refusal, isShow) = Refuse(session, request.Sql);
        if (refusal is not null)
        {
            WriteLine(lines, new SqlHead(null, refusal));
            return;
        }
        // DESCRIBE and its like are rows like others only as a table of a SELECT.
        if (isShow)
            request = request with { Sql = $"SELECT * FROM ({request.Sql}\n)" };
        if (request.ParquetOut is { } path)
            Export(session, request, path, lines);
        else
            Select(session, request, lines);
    }

    private static void Select(SqlSession session, SqlRequest request, Stream lines)
    {
        WriteLine(lines, new SqlHead(Columns(session, request)));
        using var command = Command(session, request, request.Sql);
        command.UseStreamingMode = true;
        using var reader = command.ExecuteReader();
        var rows = 0L;
        using var writer = new Utf8JsonWriter(lines, SqlValues.WriterOptions);
        var isTruncated = false;
        while (reader.Read())
        {
            isTruncated = rows++ == request.Limits.RowsMax;
            if (isTruncated)
                break;
            WriteRow(reader, writer, lines);
        }
        WriteLine(lines, new SqlEnd(isTruncated));
    }

    private static void Export(SqlSession session, SqlRequest request, string path, Stream lines)
    {
        var copy = $"COPY ({request.Sql}\n) TO {SqlSession.Literal(path)} (FORMAT parquet, COMPRESSION zstd)";
        using var command = Command(session, request, copy);
        var rows = command.ExecuteNonQuery();
        WriteLine(lines, new SqlHead([new("rows", "BIGINT")]));
        WriteLine(lines, new[] { rows });
        WriteLine(lines, new SqlEnd(IsTruncated: false));
    }

    private static DuckDBCommand Command(SqlSession session, SqlRequest request, string sql)
    {
        var command = session.Command(sql);
        foreach (var (name, value) in request.Parameters)
            _ = command.Parameters.Add(new DuckDBParameter(name, SqlValues.FromJson(value)));
        return command;
    }

    /// <summary>Names and types, found out without running the query; JSON is told from text here and only here.</summary>
    private static List<SqlColumn> Columns(SqlSession session, SqlRequest request)
    {
        using var command = Command(session, request, $"DESCRIBE {request.Sql}");
        using var reader = command.ExecuteReader();
        var columns = new List<SqlColumn>();
        while (reader.Read())
            columns.Add(new(reader.GetString(0), reader.GetString(1)));
        return columns;
    }

    /// <summary>Why a text is not run; null when it is one SELECT, which cannot change anything.</summary>
    private static (string? Refusal, bool IsShow) Refuse(SqlSession session, string sql)
    {
        using var command = session.Command($"SELECT json_serialize_sql({SqlSession.Literal(sql)})");
        using var parsed = JsonDocument.Parse((string)command.ExecuteScalar()!, new() { MaxDepth = 1000 });
        var root = parsed.RootElement;
        if (root.GetProperty("error").GetBoolean())
        {
            return root.GetProperty("error_type").GetString() == "not implemented"
                ? ("Only a SELECT can be run: the data is read-only here.", false)
                : ($"The query cannot be read: {root.GetProperty("error_message").GetString()}.", false);
        }
        var statements = root.GetProperty("statements");
        return statements.GetArrayLength() == 1
            ? (null, IsShow(statements[0].GetProperty("node")))
            : ("Write one statement; more were given.", false);
    }

    private static bool IsShow(JsonElement node) =>
        node.TryGetProperty("from_table", out var table) && table.GetProperty("type").GetString() == "SHOW_REF";

    private static void WriteRow(DuckDBDataReader reader, Utf8JsonWriter writer, Stream lines)
    {
        writer.WriteStartArray();
        for (var column = 0; column < reader.FieldCount; column++)
            SqlValues.Write(writer, reader.IsDBNull(column) ? null : reader.GetValue(column));
        writer.WriteEndArray();
        writer.Flush();
        writer.Reset();
        lines.WriteByte((byte)'\n');
    }

    private static void WriteLine<T>(Stream lines, T line)
    {
        JsonSerializer.Serialize(lines, line, QuarryJson.Compact);
        lines.WriteByte((byte)'\n');
        lines.Flush();
    }

    private static string Told(string message) =>
        message.Contains("Out of Memory", StringComparison.Ordinal)
            ? $"The query needs more memory than it may have. {message.Split('\n')[0]} Narrow it, or raise the limit."
            : message.TrimEnd();
}
