namespace Quarry.Contracts;

/// <summary>Versions of the emit contract (CONTRACT_EMIT, versioning).</summary>
public static class ContractVersion
{
    /// <summary>The version our SDK writes.</summary>
    public const string Current = "1.0.0";

    /// <summary>True for every version of a supported major: 0 and 1.</summary>
    public static bool IsSupported(ReadOnlySpan<byte> utf8) =>
        utf8.Length > 2 && utf8[0] is (byte)'0' or (byte)'1' && utf8[1] == (byte)'.' && HasTwoDots(utf8);

    private static bool HasTwoDots(ReadOnlySpan<byte> utf8)
    {
        var dots = 0;
        foreach (var unit in utf8)
            dots += unit == (byte)'.' ? 1 : 0;
        return dots >= 2;
    }
}
