using Quarry.Contracts.Events;

namespace Quarry.Lode.Read;

/// <summary>Follows seqs through a chain: each must be stored once or named once.</summary>
internal sealed class SeqProof
{
    private readonly Dictionary<string, long> byType = new(StringComparer.Ordinal);
    private readonly List<(long First, long Last)> covered = [];

    public long Stored { get; private set; }

    public long Dropped { get; private set; }

    public long Last => covered.Count == 0 ? 0 : covered.Max(c => c.Last);

    public IReadOnlyDictionary<string, long> ByType => byType;

    public void AddRow(long seq, string type)
    {
        Stored++;
        byType[type] = byType.GetValueOrDefault(type) + 1;
        if (covered.Count > 0 && covered[^1].Last == seq - 1)
            covered[^1] = (covered[^1].First, seq);
        else
            covered.Add((seq, seq));
    }

    public void AddDrop(DropRange drop)
    {
        Dropped += drop.Count;
        covered.Add((drop.SeqFirst, drop.SeqLast));
    }

    /// <summary>Adds the checks that every seq is covered, and none twice.</summary>
    public void Report(Checks checks)
    {
        var expected = 1L;
        foreach (var (first, last) in covered.Order())
        {
            if (first > expected)
                checks.Fail("seq_complete", $"seq {expected} to {first - 1} are neither stored nor named");
            if (first < expected)
                checks.Fail("seq_once", $"seq {first} to {Math.Min(last, expected - 1)} are there twice");
            expected = Math.Max(expected, last + 1);
        }
        checks.HoldUnlessFailed("seq_complete", $"seq 1 to {Last}: {Stored} stored, {Dropped} named as dropped");
        checks.HoldUnlessFailed("seq_once", "no seq is there twice");
    }
}
