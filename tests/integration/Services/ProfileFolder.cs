using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>A folder of browser profiles of a test's own, so that what is left is what its runs left.</summary>
internal sealed class ProfileFolder : IDisposable
{
    private static readonly TimeSpan GoneWithin = TimeSpan.FromSeconds(5);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("quarry-profiles-");

    /// <summary>Tells a runner of it.</summary>
    public (string Name, string Value) Setting => ("QUARRY_PROFILE_ROOT", folder.FullName);

    private IEnumerable<string> Left => Directory.EnumerateFileSystemEntries(folder.FullName);

    /// <summary>D8: 5 s after the last run ended and its runners were stopped nothing is left, no process and no profile.</summary>
    public async Task UntilNothingIsLeftAsync(RunnerStack stack)
    {
        var since = Stopwatch.StartNew();
        while (((await RunTags.LeftAsync(stack)).Count > 0 || Left.Any()) && since.Elapsed < GoneWithin)
            await Task.Delay(50);
        Assert.Empty(await RunTags.LeftAsync(stack));
        Assert.Empty(Left);
    }

    public void Dispose() => folder.Delete(recursive: true);
}
