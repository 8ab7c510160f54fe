using Quarry.Lode;
using Quarry.Lode.Stores;

namespace Quarry.Tests.Unit.Lode;

public sealed class StoreAddressTests
{
    [Theory]
    [InlineData("./data", StoreKind.Folder, "./data", "", "./data/k")]
    [InlineData("s3://b", StoreKind.S3, "b", "", "s3://b/k")]
    [InlineData("s3://b/", StoreKind.S3, "b", "", "s3://b/k")]
    [InlineData("s3://b/p/q/?region=eu-1", StoreKind.S3, "b", "p/q/", "s3://b/p/q/k")]
    [InlineData("azblob://c/p?account=a", StoreKind.AzureBlob, "c", "p/", "azblob://c/p/k")]
    public void An_address_is_read(string root, StoreKind kind, string container, string prefix, string shown)
    {
        var address = StoreAddress.Parse(root);
        Assert.Equal((kind, container, prefix), (address.Kind, address.Container, address.Prefix));
        Assert.Equal(shown, address.Show("k"));
    }

    [Fact]
    public void Settings_are_read_and_are_no_part_of_the_name()
    {
        var address = StoreAddress.Parse("s3://b/p?endpoint=http%3A%2F%2F127.0.0.1%3A9&region=r");
        Assert.Equal(("http://127.0.0.1:9", "r"), (address.Setting("endpoint"), address.Setting("region")));
        Assert.Equal("s3://b/p/", address.Name);
    }

    [Theory]
    [InlineData("ftp://b", "its scheme is not known")]
    [InlineData("s3://", "a bucket or container must follow")]
    [InlineData("s3://key:secret@b/p", "without credentials")]
    [InlineData("s3://b/p?secret=x", "'secret' is not a setting")]
    [InlineData("azblob://c?region=x", "'region' is not a setting")]
    public void What_is_no_address_is_refused_with_the_forms_there_are_and_no_secret(string root, string why)
    {
        var error = Assert.Throws<StoreException>(() => StoreAddress.Parse(root));
        Assert.Contains(why, error.Message);
        Assert.Contains("s3://bucket/prefix", error.Message);
        Assert.DoesNotContain("key:secret", error.Message);
        Assert.DoesNotContain("secret=x", error.Message);
    }

    [Fact]
    public void Every_store_has_a_local_folder_of_its_own()
    {
        string[] roots = ["s3://b/p", "s3://b/q", "s3://b/p?region=r", "azblob://b/p"];
        var folders = roots.Select(root => new LodeOptions { Root = root, WorkFolder = "w" }.LocalFolder).ToList();
        Assert.Equal(roots.Length, folders.Distinct().Count());
        Assert.All(folders, f => Assert.StartsWith("w/b-", f, StringComparison.Ordinal));
        Assert.Equal("folder", new LodeOptions { Root = "folder" }.LocalFolder);
    }
}
