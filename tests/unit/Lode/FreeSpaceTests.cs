using Quarry.Lode;

namespace Quarry.Tests.Unit.Lode;

public class FreeSpaceTests
{
    [Fact]
    public void At_the_limit_nothing_is_wrong() => Assert.Null(FreeSpace.Problem("/data", FreeSpace.LowBytes));

    [Fact]
    public void One_byte_below_the_limit_is_told_with_what_follows_from_it() =>
        Assert.Equal(
            "Only 1023 MiB are free for the journal in /data: a full disk ends runs as policy_failure (docs/operations/disk-full.md).",
            FreeSpace.Problem("/data", FreeSpace.LowBytes - 1)
        );
}
