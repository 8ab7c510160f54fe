namespace Quarry.Tests.Unit.Lode;

/// <summary>Who else writes to a storage: what must not run beside a writer asks it first.</summary>
public sealed class OtherWritersTests : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Other_writers_of_a_storage_are_known_while_they_live()
    {
        await using var lode = await folder.OpenAsync();
        Assert.Empty(lode.OtherWriters());
        await using (await folder.OpenAsync())
            Assert.Single(lode.OtherWriters());
        Assert.Empty(lode.OtherWriters());
    }
}
