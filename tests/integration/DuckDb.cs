using DuckDB.NET.Data;

namespace Quarry.Tests.Integration;

/// <summary>A stranger's tool over the files: DuckDB with a plain glob.</summary>
internal static class DuckDb
{
    /// <summary>Rows of a query in which <c>$files</c> stands for every Parquet file of a storage.</summary>
    public static List<object?[]> Query(string storage, string sql)
    {
        using var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        using var command = connection.CreateCommand();
        var glob = Path.Combine(storage, "datasets", "*", "partitions", "**", "*.parquet");
        command.CommandText = sql.Replace(
            "$files",
            $"read_parquet('{glob}', hive_partitioning = true, union_by_name = true)"
        );
        using var reader = command.ExecuteReader();
        var rows = new List<object?[]>();
        while (reader.Read())
        {
            var row = new object?[reader.FieldCount];
            reader.GetValues(row!);
            rows.Add(row);
        }
        return rows;
    }
}
