using Quarry.Catalogue.Places;

namespace Quarry.Tests.Compliance.Catalogues;

/// <summary>The catalogue in a file.</summary>
public sealed class SqliteCatalogueTests(ITestOutputHelper output) : CatalogueCompliance(output)
{
    private string File => CataloguePlace.PathBelow(Root);

    private protected override Task<CataloguePlace> NewPlaceAsync() => Task.FromResult(CataloguePlace.Of(null, Root));

    private protected override Task DestroyAsync()
    {
        foreach (var file in Directory.EnumerateFiles(Root, "catalogue.db*"))
            System.IO.File.Delete(file);
        return Task.CompletedTask;
    }

    private protected override async Task DamageAsync()
    {
        await DestroyAsync();
        await System.IO.File.WriteAllTextAsync(File, new string('x', 10_000));
    }
}
