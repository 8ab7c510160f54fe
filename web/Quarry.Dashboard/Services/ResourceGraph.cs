namespace Quarry.Dashboard.Services;

/// <summary>A resource in the graph.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="X">Left edge.</param>
/// <param name="Y">Upper edge.</param>
internal sealed record ResourceNode(ResourceView Resource, int X, int Y);

/// <summary>A line from a resource to one that it uses or waits for.</summary>
/// <param name="From">Who uses.</param>
/// <param name="To">What is used.</param>
/// <param name="IsUse">False when it is only waited for.</param>
/// <param name="Path">The line, as SVG draws it.</param>
internal sealed record ResourceEdge(string From, string To, bool IsUse, string Path);

/// <summary>
/// Where the resources of a graph stand: users left of what they use, in columns. A line that passes a column has a place of
/// its own in it, so that it never runs behind a resource that it has nothing to do with.
/// </summary>
internal sealed class ResourceGraph
{
    public const int NodeWidth = 150;
    public const int NodeHeight = 46;
    private const int ColumnGap = 70;
    private const int RowGap = 16;
    private const int Margin = 6;

    private readonly Dictionary<string, ResourceView> resources;
    private readonly List<(string From, string To, bool IsUse)> relations;
    private readonly Dictionary<string, int> columns = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<(int Column, string Name), int> rows = [];

    private ResourceGraph(IReadOnlyList<ResourceView> all)
    {
        resources = all.ToDictionary(r => r.Name, StringComparer.OrdinalIgnoreCase);
        relations =
        [
            .. from resource in all
            from other in resource.References.Union(resource.WaitsFor, StringComparer.OrdinalIgnoreCase)
            where resources.ContainsKey(other) && other != resource.Name
            select (resource.Name, other, resource.References.Contains(other, StringComparer.OrdinalIgnoreCase)),
        ];
        foreach (var resource in all)
            columns[resource.Name] = ColumnOf(resource.Name, []);
        foreach (var resource in all)
            Place(columns[resource.Name], resource.Name);
        foreach (var (from, to, _) in relations)
        {
            for (var passed = columns[from] + 1; passed < columns[to]; passed++)
                Place(passed, to);
        }
        Nodes = [.. all.Select(r => new ResourceNode(r, Left(columns[r.Name]), Top(columns[r.Name], r.Name)))];
        Edges = [.. relations.Select(r => new ResourceEdge(r.From, r.To, r.IsUse, Line(r.From, r.To)))];
    }

    public IReadOnlyList<ResourceNode> Nodes { get; }

    public IReadOnlyList<ResourceEdge> Edges { get; }

    public int Width => Left(columns.Values.DefaultIfEmpty().Max()) + NodeWidth + Margin;

    public int Height => Margin + rows.Values.DefaultIfEmpty().Max() * (NodeHeight + RowGap) + NodeHeight + Margin;

    /// <summary>Lays a graph out.</summary>
    public static ResourceGraph Of(IReadOnlyList<ResourceView> resources) => new(resources);

    /// <summary>One right of the last of its users; resources that use each other in a ring do not count twice.</summary>
    private int ColumnOf(string name, HashSet<string> passed)
    {
        if (!passed.Add(name))
            return 0;
        var users = relations.Where(r => SameName(r.To, name) && !passed.Contains(r.From)).ToList();
        var column = users.Count == 0 ? 0 : 1 + users.Max(u => ColumnOf(u.From, passed));
        _ = passed.Remove(name);
        return column;
    }

    private void Place(int column, string name) =>
        _ = rows.TryAdd((column, name), rows.Keys.Count(k => k.Column == column));

    private string Line(string from, string to)
    {
        var (first, last) = (columns[from], columns[to]);
        var line = new List<string> { $"M {Left(first) + NodeWidth} {Middle(first, from)}" };
        var (x, y) = (Left(first) + NodeWidth, Middle(first, from));
        for (var column = first + 1; column <= last; column++)
        {
            var (nextX, nextY) = (Left(column), Middle(column, to));
            line.Add($"C {x + ColumnGap / 2} {y} {nextX - ColumnGap / 2} {nextY} {nextX} {nextY}");
            (x, y) = (nextX + NodeWidth, nextY);
            if (column < last)
                line.Add($"H {x}");
        }
        // A ring leads back.
        if (last <= first)
            line.Add(
                $"C {x + ColumnGap} {y} {x + ColumnGap} {Middle(last, to)} {Left(last) + NodeWidth} {Middle(last, to)}"
            );
        return string.Join(' ', line);
    }

    private static int Left(int column) => Margin + column * (NodeWidth + ColumnGap);

    private int Top(int column, string name) => Margin + rows[(column, name)] * (NodeHeight + RowGap);

    private int Middle(int column, string name) => Top(column, name) + NodeHeight / 2;

    private static bool SameName(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
