using System.Diagnostics.CodeAnalysis;
using System.IO.Hashing;
using System.Text;

namespace Quarry.Lode.Fields;

/// <summary>Values by names in UTF-8, found without making a text of the name.</summary>
internal sealed class Utf8Map<T>
{
    private readonly Dictionary<byte[], T> values = new(new Utf8Comparer());

    public int Count => values.Count;

    /// <summary>Names as text with their values, in the order they came.</summary>
    public IEnumerable<(string Name, T Value)> Entries =>
        values.Select(entry => (Encoding.UTF8.GetString(entry.Key), entry.Value));

    public bool TryGet(ReadOnlySpan<byte> name, [MaybeNullWhen(false)] out T value) =>
        values.GetAlternateLookup<ReadOnlySpan<byte>>().TryGetValue(name, out value);

    public void Add(ReadOnlySpan<byte> name, T value) => values.Add(name.ToArray(), value);

    private sealed class Utf8Comparer
        : IEqualityComparer<byte[]>,
            IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)XxHash3.HashToUInt64(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
