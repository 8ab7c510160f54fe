using System.Security.Cryptography;
using System.Text;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Lode.Keys;

/// <summary>
/// Names of artifacts and files as scripts give them: checked, and made safe as one segment of a key.
/// </summary>
internal static class BlobNames
{
    private const int HashedCharsKept = 40;

    /// <summary>Why a sidecar file name is refused; null when it may be used (CONTRACT_EMIT, file names).</summary>
    public static string? Refuse(string filename) =>
        SidecarName.Refuse(filename) switch
        {
            null => null,
            "empty" => "the file name is empty; give it a name such as page.html",
            "separator" => $"'{filename}' has a path separator; use a plain name",
            "dots" => $"'{filename}' has dots that lead elsewhere; use a plain name",
            "control" => "the file name has a control character; use a plain name",
            "reserved" => $"'{filename}' is the name of a device on Windows; use another one",
            "trailing" => $"'{filename}' ends with a dot or a space; use a plain name",
            _ => $"the file name takes more than {Limits.PartitionValueBytesMax} bytes once escaped; use a shorter one",
        };

    /// <summary>
    /// One segment of a key, by the escaping rule of partition values; a long name keeps its start and a hash.
    /// </summary>
    public static string Safe(string name) =>
        PartitionValue.Refuse(name) switch
        {
            null => PartitionValue.Escape(name),
            "too_long" => Hashed(name),
            _ => "%" + Convert.ToHexString(Encoding.UTF8.GetBytes(name)),
        };

    private static string Hashed(string name)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)))[..16];
        var start = new string([.. name.Where(char.IsAsciiLetterOrDigit).Take(HashedCharsKept)]);
        return $"{start}~{hash}{SafeExtension(name)}";
    }

    private static string SafeExtension(string name)
    {
        var extension = Path.GetExtension(name);
        return extension.Length is > 1 and <= 12 && extension[1..].All(char.IsAsciiLetterOrDigit) ? extension : "";
    }
}
