using System.Buffers;

namespace Quarry.Contracts.Runs;

/// <summary>Ids of runs and jobs (CONTRACT_RUN, identity).</summary>
public static class RunIds
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"
    );

    /// <summary>A new UUIDv7: ids sort by the time they were made.</summary>
    public static string New(TimeProvider clock) => Guid.CreateVersion7(clock.GetUtcNow()).ToString();

    /// <summary>True for 1 to <see cref="Limits.IdCharsMax"/> letters, digits or <c>._:-</c>, not all dots.</summary>
    public static bool IsValid(string id) =>
        id.Length is > 0 and <= Limits.IdCharsMax && !id.AsSpan().ContainsAnyExcept(Allowed) && id.Trim('.') != "";
}
