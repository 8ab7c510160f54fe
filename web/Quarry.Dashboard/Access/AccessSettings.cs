using System.Security.Cryptography;
using System.Text;

namespace Quarry.Dashboard.Access;

/// <summary>Who may come in: people by a sign-in token, programs by an API key. Only hashes are kept.</summary>
internal sealed class AccessSettings
{
    /// <summary>Environment variable with the sign-in token.</summary>
    public const string TokenVariable = "QUARRY_SIGN_IN_TOKEN";

    /// <summary>Environment variable with the API key. Keys with fewer rights (read, launch) are not there yet.</summary>
    public const string KeyVariable = "QUARRY_API_KEY";

    /// <summary>Shortest token or key that is accepted, in characters: 128 bits, when they are random letters and digits.</summary>
    public const int CharsMin = 22;

    private readonly byte[] token;
    private readonly byte[]? key;

    /// <summary>Reads both from configuration.</summary>
    /// <exception cref="InvalidOperationException">There is no token, or one of them is easy to guess.</exception>
    public AccessSettings(IConfiguration configuration)
    {
        token =
            Hash(configuration, TokenVariable)
            ?? throw new InvalidOperationException(
                $"{TokenVariable} is not set, so nobody could sign in. Set it to a secret of at least {CharsMin} random letters "
                    + "and digits, for example the output of 'openssl rand -hex 16'."
            );
        key = Hash(configuration, KeyVariable);
        Epoch = Convert.ToHexStringLower(SHA256.HashData(token))[..16];
    }

    /// <summary>Changes with the token. A session carries it, so that a new token ends the sessions of the one before.</summary>
    public string Epoch { get; }

    /// <summary>Compares in constant time.</summary>
    public bool AcceptsToken(string? shown) => Equal(token, shown);

    /// <summary>Compares in constant time; false when no key is configured.</summary>
    public bool AcceptsKey(string? shown) => Equal(key, shown);

    private static byte[]? Hash(IConfiguration configuration, string variable)
    {
        var secret = configuration[variable];
        if (string.IsNullOrEmpty(secret))
            return null;
        return secret.Length >= CharsMin
            ? Hash(secret)
            : throw new InvalidOperationException(
                $"{variable} has {secret.Length} characters, which is easy to guess. Set one of at least {CharsMin} random "
                    + "letters and digits, for example the output of 'openssl rand -hex 16'."
            );
    }

    private static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    private static bool Equal(byte[]? kept, string? shown) =>
        kept is not null && !string.IsNullOrEmpty(shown) && CryptographicOperations.FixedTimeEquals(kept, Hash(shown));
}
