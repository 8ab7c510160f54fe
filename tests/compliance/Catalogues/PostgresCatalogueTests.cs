using Npgsql;
using Quarry.Catalogue;
using Quarry.Catalogue.Places;
using Quarry.Contracts.Lode;

namespace Quarry.Tests.Compliance.Catalogues;

/// <summary>The catalogue in PostgreSQL, on a real server.</summary>
public sealed class PostgresCatalogueTests(PostgresServer server, ITestOutputHelper output)
    : CatalogueCompliance(output),
        IClassFixture<PostgresServer>
{
    private string connection = "";

    [Fact]
    public async Task A_schema_of_that_name_that_is_somebody_elses_is_not_touched()
    {
        await ExecuteAsync("CREATE SCHEMA quarry; CREATE TABLE quarry.theirs (n int)");
        await using var opened = new CatalogueConnection(
            Place,
            () => throw new InvalidOperationException("the log is not read"),
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        var refused = await Assert.ThrowsAsync<LodeException>(() => opened.Upkeep.BringUpAsync(default));
        Assert.Contains("is not Quarry's catalogue", refused.Message, StringComparison.Ordinal);
        await ExecuteAsync("SELECT n FROM quarry.theirs");
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_named_without_its_password()
    {
        await using var opened = new CatalogueConnection(
            CataloguePlace.Of("Host=/nowhere;Username=u;Password=secret-1;Database=d", Root),
            () => throw new InvalidOperationException("the log is not read"),
            Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance
        );
        var refused = await Assert.ThrowsAsync<LodeException>(() => opened.Upkeep.BringUpAsync(default));
        Assert.Contains("host /nowhere, database d", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-1", refused.Message, StringComparison.Ordinal);
    }

    private protected override async Task<CataloguePlace> NewPlaceAsync()
    {
        connection = await server.NewDatabaseAsync();
        return CataloguePlace.Of(connection, Root);
    }

    private protected override Task DestroyAsync() => ExecuteAsync("DROP SCHEMA quarry CASCADE");

    private protected override Task DamageAsync() =>
        ExecuteAsync("DROP TABLE quarry.labels; DROP TABLE quarry.samples");

    private async Task ExecuteAsync(string sql)
    {
        await using var open = new NpgsqlConnection(connection);
        await open.OpenAsync();
        await using var command = new NpgsqlCommand(sql, open);
        _ = await command.ExecuteNonQueryAsync();
    }
}
