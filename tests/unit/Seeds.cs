namespace Quarry.Tests.Unit;

/// <summary>Seeds of random tests: QUARRY_SEED replays one, otherwise each run draws its own and prints it.</summary>
internal static class Seeds
{
    public static int Next(ITestOutputHelper output)
    {
        var given = Environment.GetEnvironmentVariable("QUARRY_SEED");
        var seed = given is null ? Random.Shared.Next() : int.Parse(given);
        output.WriteLine($"seed {seed} (replay with QUARRY_SEED={seed})");
        return seed;
    }
}
