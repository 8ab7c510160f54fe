using Quarry.Dashboard.Services;

namespace Quarry.Tests.Dashboard.Services;

/// <summary>Where the resources of the graph stand, and which way its lines take.</summary>
public sealed class ResourceGraphTests
{
    [Fact]
    public void Who_uses_stands_left_of_what_is_used()
    {
        var graph = ResourceGraph.Of([
            Resource("redis"),
            Resource("lode", uses: ["redis"]),
            Resource("runner", uses: ["redis", "lode"]),
            Resource("dashboard", uses: ["runner", "lode"]),
            Resource("site"),
        ]);

        var left = graph.Nodes.ToDictionary(n => n.Resource.Name, n => n.X);
        Assert.True(
            left["dashboard"] < left["runner"] && left["runner"] < left["lode"] && left["lode"] < left["redis"]
        );
        Assert.Equal(left["dashboard"], left["site"]);
        Assert.All(graph.Nodes, n => Assert.InRange(n.X + ResourceGraph.NodeWidth, 1, graph.Width));
        Assert.All(graph.Nodes, n => Assert.InRange(n.Y + ResourceGraph.NodeHeight, 1, graph.Height));
    }

    [Fact]
    public void A_line_that_passes_a_column_has_a_place_of_its_own_in_it()
    {
        var graph = ResourceGraph.Of([
            Resource("far", uses: ["near", "end"]),
            Resource("near", uses: ["end"]),
            Resource("end"),
        ]);

        var near = graph.Nodes.Single(n => n.Resource.Name == "near");
        var passing = graph.Edges.Single(e => e is { From: "far", To: "end" }).Path;
        Assert.Contains($" H {near.X + ResourceGraph.NodeWidth} ", passing);
        Assert.DoesNotContain($" {near.Y + ResourceGraph.NodeHeight / 2} H ", passing);
    }

    [Fact]
    public void What_is_only_waited_for_is_told_apart_and_what_is_not_there_is_left_out()
    {
        var graph = ResourceGraph.Of([
            Resource("a", uses: ["b", "gone"], waits: ["b", "c"]),
            Resource("b"),
            Resource("c"),
        ]);
        Assert.Equal([("b", true), ("c", false)], graph.Edges.Select(e => (e.To, e.IsUse)));
    }

    [Fact]
    public void A_ring_is_drawn_and_nothing_is_drawn_for_nothing()
    {
        var ring = ResourceGraph.Of([Resource("a", uses: ["b"]), Resource("b", uses: ["a"])]);
        Assert.Equal(2, ring.Edges.Count);
        Assert.Empty(ResourceGraph.Of([]).Nodes);
    }

    private static ResourceView Resource(string name, string[]? uses = null, string[]? waits = null) =>
        new()
        {
            Name = name,
            Kind = "Project",
            State = "Running",
            References = uses ?? [],
            WaitsFor = waits ?? [],
        };
}
