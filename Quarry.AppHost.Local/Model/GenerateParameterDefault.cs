using System.Security.Cryptography;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Makes a random value of a cryptographic generator.</summary>
public sealed class GenerateParameterDefault : ParameterDefault
{
    // Without characters that look alike, as somebody may have to type one.
    private const string LowerCharacters = "abcdefghjkmnpqrstuvwxyz";
    private const string UpperCharacters = "ABCDEFGHJKMNPQRSTUVWXYZ";
    private const string NumericCharacters = "0123456789";
    private const string SpecialCharacters = "-_.{}~()*+!";

    /// <summary>Length in characters, at least 1.</summary>
    public int MinLength { get; set; }

    /// <summary>Whether it has lower-case letters.</summary>
    public bool Lower { get; set; } = true;

    /// <summary>Whether it has upper-case letters.</summary>
    public bool Upper { get; set; } = true;

    /// <summary>Whether it has digits.</summary>
    public bool Numeric { get; set; } = true;

    /// <summary>Whether it has punctuation.</summary>
    public bool Special { get; set; } = true;

    /// <inheritdoc/>
    public override string GetDefaultValue()
    {
        var characters =
            (Lower ? LowerCharacters : "")
            + (Upper ? UpperCharacters : "")
            + (Numeric ? NumericCharacters : "")
            + (Special ? SpecialCharacters : "");
        if (characters.Length == 0 || MinLength < 1)
            throw new InvalidOperationException(
                "A generated value needs a kind of character and a length of at least 1."
            );
        return RandomNumberGenerator.GetString(characters, MinLength);
    }
}
