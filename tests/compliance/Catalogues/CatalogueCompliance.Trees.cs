using Quarry.Catalogue;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Tests.Unit.Lode;

namespace Quarry.Tests.Compliance.Catalogues;

/// <content>Trees, statistics and partitions.</content>
public abstract partial class CatalogueCompliance
{
    private const int Children = 2_500;
    private const int Looks = 200;
    private static readonly DateTimeOffset Start = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task A_tree_is_told_by_attempts_and_by_pages_of_children_however_many_there_are()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        await connection.Catalogue.ReconcileAsync([.. Tree().Select(r => new CatalogueEntry(r))], [], default);
        var retry = (await connection.Catalogue.FindAsync("root-2", default))!;

        var lineage = await connection.Catalogue.LineageAsync(retry, new(1_000), default);
        Assert.Equal(["root-1", "root-2"], lineage.Attempts.Select(a => a.RunId));
        Assert.All(lineage.Attempts, a => Assert.Equal(Children, a.Children));
        Assert.Equal((Children, 1), (lineage.Children.Runs, lineage.Children.Retried));
        Assert.Equal(1, lineage.Children.ByOutcome["script_error"]);
        Assert.Equal(Children - 1, lineage.Children.Active);
        Assert.Equal((Children + 2, 2), (lineage.Tree.Runs, lineage.Tree.Retried));

        var seen = new HashSet<string>(lineage.Items.Select(i => i.RunId));
        for (var page = lineage; page.NextCursor is { } cursor; )
        {
            page = await connection.Catalogue.LineageAsync(retry, new(1_000, RunCursor.Parse(cursor)), default);
            Assert.All(page.Items, i => Assert.True(seen.Add(i.RunId), i.RunId));
        }
        Assert.Equal(Children, seen.Count);
        Assert.DoesNotContain("child-0000", seen);

        var failed = await connection.Catalogue.LineageAsync(retry, new(10, Outcome: RunOutcome.ScriptError), default);
        Assert.Equal("child-again", Assert.Single(failed.Items).RunId);
        Assert.Null(failed.NextCursor);
    }

    [Fact]
    public async Task A_run_deep_in_a_tree_tells_the_way_to_it()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        await connection.Catalogue.ReconcileAsync([.. Tree().Select(r => new CatalogueEntry(r))], [], default);
        var deep = (await connection.Catalogue.FindAsync("deep", default))!;
        var lineage = await connection.Catalogue.LineageAsync(deep, new(10), default);
        Assert.Equal(["root-1", "child-0001"], lineage.Ancestors.Select(a => a.RunId));
        Assert.Equal([Children, 1L], lineage.Ancestors.Select(a => a.Children));
        Assert.Empty(lineage.Items);
        Assert.Equal(("deep", "root-1"), (lineage.RunId, lineage.RootRunId));

        var job = await connection.Catalogue.JobAsync("job", new(10), default);
        Assert.Equal((1, 1), (job!.Runs.Runs, job.Runs.Retried));
        Assert.Equal(["root-1", "root-2"], job.Items.Select(i => i.RunId));
        Assert.Equal(Children + 2, job.Trees.Runs);
        Assert.Null(await connection.Catalogue.JobAsync("no job", new(10), default));
    }

    [Fact]
    public async Task What_an_answer_lists_and_what_it_counts_are_of_one_moment()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        var root = LodeFolder.Done(LodeFolder.Run("root-1"), 1);
        await connection.Catalogue.ReconcileAsync([new(root), new(Child("child"))], [], default);

        using var enough = new CancellationTokenSource();
        var changes = Task.Run(() => ChangeUntilAsync(connection.Catalogue, Child("child"), enough.Token));
        try
        {
            for (var look = 0; look < Looks; look++)
            {
                var lineage = await connection.Catalogue.LineageAsync(root, new(10), default);
                Assert.Equal(lineage.Items.Count(i => i.State != RunState.Done), lineage.Tree.Active);
            }
        }
        finally
        {
            await enough.CancelAsync();
            await changes;
        }
    }

    [Fact]
    public async Task Runs_are_put_together_by_their_properties()
    {
        await using var lode = await folder.OpenAsync();
        await using var connection = Open(lode);
        await connection.Upkeep.BringUpAsync(default);
        foreach (var n in Enumerable.Range(0, 5))
            await connection.Catalogue.ProjectAsync(Timed(n));
        var by = await connection.Catalogue.StatisticsAsync(
            new(StatisticsBy.Source, Start, Start.AddMinutes(4), null, null, 1),
            default
        );
        var group = Assert.Single(by.Items);
        Assert.True(by.Truncated);
        Assert.Equal(("s0", 2, 0), (group.Name, group.Runs, group.Active));
        Assert.Equal((20, 6, 4_000), (group.Events, group.Items, group.DurationMs));
        Assert.Equal(2, group.ByOutcome["script_error"]);

        var first = await connection.Catalogue.PartitionsAsync(new("quarry", null, null, null, 2), default);
        Assert.Equal(["s0 c/1", "s0 c/2"], first.Items.Select(p => $"{p.Source} {p.Category}"));
        Assert.Equal("datasets/quarry/partitions/source=s0/category=c%2F1/day=2026-01-02", first.Items[0].Path);
        var after = PartitionCursor.Parse(first.NextCursor!);
        var second = await connection.Catalogue.PartitionsAsync(new("quarry", null, null, after, 2), default);
        Assert.Equal(["s1 c/1"], second.Items.Select(p => $"{p.Source} {p.Category}"));
        Assert.Null(second.NextCursor);
        Assert.Null(PartitionCursor.Parse("bm8"));
        Assert.False(await connection.Catalogue.HasDatasetAsync("other", default));
        var dataset = Assert.Single(await connection.Catalogue.DatasetsAsync(default));
        Assert.Equal((5, 2, 50), (dataset.Runs, dataset.Sources, dataset.Events));
    }

    /// <summary>Lets a run end and go on again, over and over.</summary>
    private static async Task ChangeUntilAsync(RunCatalogue catalogue, RunRecord run, CancellationToken enough)
    {
        while (!enough.IsCancellationRequested)
        {
            await catalogue.ProjectAsync(LodeFolder.Done(run, 1));
            await catalogue.ProjectAsync(run);
        }
    }

    private static RunRecord Timed(int number) =>
        LodeFolder.Done(LodeFolder.Run($"timed-{number}", source: $"s{number % 2}"), 10) with
        {
            Category = number == 4 ? "c/2" : "c/1",
            QueuedAt = Start.AddMinutes(number),
            StartedAt = Start.AddMinutes(number),
            EndedAt = Start.AddMinutes(number).AddSeconds(2),
            Counts = new Dictionary<string, long> { ["item"] = 3 },
        };

    /// <summary>
    /// A root that was tried again; children of its first attempt, one of which failed twice and one of which has a child.
    /// </summary>
    private static IEnumerable<RunRecord> Tree()
    {
        var root = LodeFolder.Done(LodeFolder.Run("root-1"), 1) with { JobId = "job" };
        yield return root;
        yield return LodeFolder.Run("root-2") with
        {
            JobId = "job",
            RootRunId = "root-1",
            ParentRunId = "root-1",
            Attempt = 2,
            QueuedAt = Start.AddHours(1),
        };
        for (var n = 0; n < Children; n++)
            yield return n == 0 ? LodeFolder.Done(Child("child-0000"), 1) : Child($"child-{n:d4}");
        yield return LodeFolder.Done(Child("child-again"), 1) with
        {
            ParentRunId = "child-0000",
            Attempt = 2,
        };
        yield return Child("deep") with
        {
            EnqueuedByRunId = "child-0001",
            Depth = 2,
        };
    }

    private static RunRecord Child(string runId) =>
        LodeFolder.Run(runId) with
        {
            RootRunId = "root-1",
            EnqueuedByRunId = "root-1",
            Depth = 1,
        };
}
