using Quarry.Contracts.Api;

namespace Quarry.Lode.Read;

/// <summary>Checks of a proof as they are made.</summary>
internal sealed class Checks
{
    private readonly List<VerifyCheck> all = [];

    public IReadOnlyList<VerifyCheck> All => all;

    public bool AllHold => all.TrueForAll(c => c.Ok);

    public void Add(string name, bool ok, string detail) => all.Add(new(name, ok, detail));

    public void Fail(string name, string detail) => Add(name, ok: false, detail);

    public void HoldUnlessFailed(string name, string detail)
    {
        if (!all.Exists(c => c.Name == name && !c.Ok))
            Add(name, ok: true, detail);
    }
}
