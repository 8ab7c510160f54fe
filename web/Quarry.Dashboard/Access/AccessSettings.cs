using System.Security.Cryptography;
using System.Text;

namespace Quarry.Dashboard.Access;

/// <summary>Who may come in: people by a sign-in token, programs by an API key. Only hashes are kept.</summary>
internal sealed class AccessSettings
{
    /// <summary>Environment variable with the sign-in token.</summary>
    public const string TokenVariable = "QUARRY_SIGN_IN_TOKEN";

    /// <summary>Environment variable with the API key, which has every scope.</summary>
    public const string KeyVariable = "QUARRY_API_KEY";

    private readonly byte[]? token;
    private readonly byte[]? key;

    public AccessSettings(IConfiguration configuration)
    {
        token = Hash(configuration[TokenVariable]);
        key = Hash(configuration[KeyVariable]);
        if (token is null)
            throw new InvalidOperationException(
                $"{TokenVariable} is not set; without it nobody could sign in. Set it to a secret of your own."
            );
    }

    /// <summary>Compares in constant time.</summary>
    public bool AcceptsToken(string? shown) => Equal(token, shown);

    /// <summary>Compares in constant time; false when no key is configured.</summary>
    public bool AcceptsKey(string? shown) => Equal(key, shown);

    private static byte[]? Hash(string? secret) =>
        string.IsNullOrEmpty(secret) ? null : SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static bool Equal(byte[]? kept, string? shown) =>
        kept is not null && Hash(shown) is { } hash && CryptographicOperations.FixedTimeEquals(kept, hash);
}
