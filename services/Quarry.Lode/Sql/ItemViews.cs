using System.Text.Json;
using System.Text.RegularExpressions;

namespace Quarry.Lode.Sql;

/// <summary>
/// Views <c>items_TYPE</c> with a typed column for each field of the items of a type. Types are those of the data itself, so
/// only the views that a query names are made.
/// </summary>
internal sealed partial class ItemViews(SqlSession session)
{
    private const string Prefix = "items_";
    private const string FieldPrefix = "data_";

    /// <summary>Items whose fields are looked at; with more, a sample of as many.</summary>
    private const int SampleRows = 200_000;

    private static readonly HashSet<string> ScalarTypes = new(StringComparer.Ordinal)
    {
        "BIGINT",
        "DOUBLE",
        "BOOLEAN",
        "VARCHAR",
    };

    /// <summary>Makes the views that a query names.</summary>
    public void Create(string sql)
    {
        var named = Named(sql);
        if (named.Count == 0)
            return;
        foreach (var group in ItemTypes().GroupBy(ViewName, StringComparer.OrdinalIgnoreCase))
        {
            foreach (var type in group)
            {
                // Two types whose names differ in odd characters only are told apart by their full names.
                var name = group.Count() == 1 ? group.Key : Prefix + type;
                if (named.Contains(name) || named.Contains(Prefix + type))
                    Create(type, named.Contains(name) ? name : Prefix + type);
            }
        }
    }

    private static HashSet<string> Named(string sql) =>
        Names()
            .Matches(sql)
            .Select(m => m.Groups["quoted"].Success ? m.Groups["quoted"].Value : m.Value)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);

    private static string ViewName(string type) => Prefix + Odd().Replace(type, "_");

    private IEnumerable<string> ItemTypes()
    {
        using var command = session.Command("SELECT DISTINCT item_type FROM events WHERE item_type IS NOT NULL");
        using var reader = command.ExecuteReader();
        var types = new List<string>();
        while (reader.Read())
            types.Add(reader.GetString(0));
        return types;
    }

    private void Create(string type, string view)
    {
        var rows = $"FROM events WHERE event_type = 'item' AND item_type = {SqlSession.Literal(type)}";
        var taken = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
        {
            "run_id",
            "seq",
            "ts",
            "source",
            "category",
            "day",
            "payload",
        };
        var columns = Fields(rows)
            .Select(field => $", {Column(field.Name, field.Type)} AS {SqlSession.Identifier(Free(field.Name, taken))}");
        session.Execute(
            $"CREATE VIEW {SqlSession.Identifier(view)} AS SELECT run_id, seq, ts, source, category, day"
                + $"{string.Concat(columns)}, payload {rows}"
        );
    }

    /// <summary>Fields of the items' data with what fits all values: a scalar type, else JSON.</summary>
    private List<(string Name, string Type)> Fields(string rows)
    {
        using var command = session.Command(
            $"SELECT json_group_structure(data) FROM (SELECT payload->'$.data' AS data {rows} "
                + $"USING SAMPLE reservoir({SampleRows} ROWS) REPEATABLE (1))"
        );
        if (command.ExecuteScalar() is not string structure)
            return [];
        using var document = JsonDocument.Parse(structure);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return [];
        return
        [
            .. document
                .RootElement.EnumerateObject()
                .Select(f => (f.Name, Scalar(f.Value) is { } type ? type : "JSON")),
        ];
    }

    private static string? Scalar(JsonElement type) =>
        type.ValueKind != JsonValueKind.String ? null
        // Whole numbers have one type, whatever the smallest of them is.
        : type.GetString() is "UBIGINT" or "HUGEINT" ? "BIGINT"
        : ScalarTypes.Contains(type.GetString()!) ? type.GetString()
        : null;

    private static string Column(string field, string type)
    {
        var path = SqlSession.Literal("$.data." + JsonSerializer.Serialize(field, Unescaped));
        return type == "JSON" ? $"payload->{path}" : $"TRY_CAST(payload->>{path} AS {type})";
    }

    private static readonly JsonSerializerOptions Unescaped = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Free(string field, HashSet<string> taken)
    {
        var name = field.Length > 0 ? field : FieldPrefix;
        while (!taken.Add(name))
            name = FieldPrefix + name;
        return name;
    }

    [GeneratedRegex(
        """
            "(?<quoted>items_[^"]+)"|\bitems_\w+
            """,
        RegexOptions.IgnoreCase,
        matchTimeoutMilliseconds: 1000
    )]
    private static partial Regex Names();

    [GeneratedRegex(@"\W", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Odd();
}
