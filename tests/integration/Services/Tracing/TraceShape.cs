namespace Quarry.Tests.Integration.Services.Tracing;

/// <summary>How the spans of a run hang together.</summary>
internal static class TraceShape
{
    /// <summary>What any run has, and where it hangs.</summary>
    public static void IsWhole(IReadOnlyList<ReceivedSpan> spans, ReceivedSpan launch)
    {
        var own = spans.Where(s => s.TraceId == launch.TraceId).ToDictionary(s => s.Id);
        ReceivedSpan One(string name) => own.Values.Single(s => s.Name == name);
        Assert.Equal(launch, Assert.Single(own.Values, s => s.ParentId.Length == 0));
        foreach (var name in (string[])["quarry.executor.start", "quarry.run.close"])
            Assert.Equal(One("quarry.run").Id, One(name).ParentId);
        var above = One("quarry.lode.close");
        while (above.ParentId.Length > 0 && above.Name != "quarry.run")
            above = own[above.ParentId];
        Assert.Equal("quarry.run", above.Name);
        Assert.Equal(
            [
                ("quarry.lode.settle", "Quarry.LodeWriter"),
                ("quarry.run", "Quarry.Runtime"),
                ("quarry.run.queue", "Quarry.Runner"),
            ],
            own.Values.Where(s => s.ParentId == launch.Id && s.Name.StartsWith("quarry.", StringComparison.Ordinal))
                .Select(s => (s.Name, s.Source))
                .Distinct()
                .Order()
        );
        // States, one stream of appends and the settling: a few calls, however many events.
        Assert.InRange(own.Count, 10, 60);
    }

    /// <summary>So many runs ended and are settled, and nothing is below a span that has not come yet.</summary>
    public static bool AreSettled(IReadOnlyList<ReceivedSpan> spans, int runs)
    {
        var traces = spans.Where(s => s.Name == "quarry.lode.settle").Select(s => s.TraceId).ToHashSet();
        var own = spans.Where(s => traces.Contains(s.TraceId)).ToList();
        var ids = own.Select(s => s.Id).ToHashSet();
        return traces.Count == runs
            && own.Count(s => s.Name == "quarry.run") == runs
            && own.TrueForAll(s => s.ParentId.Length == 0 || ids.Contains(s.ParentId));
    }

    public static string TraceparentOf(ReceivedSpan span) => $"00-{span.TraceId}-{span.Id}-01";
}
