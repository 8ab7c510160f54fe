using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Faults;

/// <summary>The Lode writer's HTTP API, asked of a real process.</summary>
public sealed class QueryApiTests : IAsyncLifetime
{
    private readonly TemporaryFolder folder = new();
    private LodeWriterProcess writer = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await writer.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Runs_are_listed_newest_first_in_pages_and_by_filter()
    {
        for (var n = 1; n <= 7; n++)
            await WriteAsync($"run-{n}", n, n % 2 == 0 ? "even" : "odd");
        Assert.Equal(["run-7", "run-6", "run-5", "run-4", "run-3", "run-2", "run-1"], await IdsAsync("limit=3"));
        Assert.Equal(["run-6", "run-4", "run-2"], await IdsAsync("source=even&limit=2"));
        Assert.Equal(["run-5"], await IdsAsync("label=n%3D5"));
        Assert.Equal(["run-4", "run-3"], await IdsAsync("since=2026-01-02T00:00:03Z&until=2026-01-02T00:00:05Z"));
        Assert.Equal(["run-3"], await IdsAsync("text=run-3"));
        Assert.Equal(
            7,
            (await IdsAsync("state=done&outcome=success&policy=strict&category=default&script=s.ts")).Count
        );
        Assert.Empty(await IdsAsync("state=running"));
    }

    [Fact]
    public async Task Filters_that_cannot_be_read_are_each_named()
    {
        using var answer = await http.GetAsync("/api/v1/runs?state=x&limit=0&cursor=%25&since=soon&label=y&colour=red");
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("invalid_request", problem.GetProperty("code").GetString());
        Assert.NotEmpty(problem.GetProperty("next_step").GetString()!);
        Assert.Equal(
            ["colour", "cursor", "label", "limit", "since", "state"],
            problem.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order()
        );
    }

    [Theory]
    [InlineData("limit=1000", HttpStatusCode.OK)]
    [InlineData("limit=1001", HttpStatusCode.BadRequest)]
    [InlineData("limit=0", HttpStatusCode.BadRequest)]
    [InlineData("after_seq=-1", HttpStatusCode.BadRequest)]
    [InlineData("type=nonsense", HttpStatusCode.BadRequest)]
    public async Task Pages_of_events_have_bounds(string query, HttpStatusCode expected)
    {
        await WriteAsync("run-1", 3, "src");
        using var answer = await http.GetAsync($"/api/v1/runs/run-1/events?{query}");
        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Events_come_in_seq_order_by_page_and_type()
    {
        await WriteAsync("run-1", 250, "src");
        var first = await GetAsync<Page<EventRow>>("/api/v1/runs/run-1/events?limit=200");
        Assert.Equal(("200", 200), (first.NextCursor, first.Items.Count));
        var rest = await GetAsync<Page<EventRow>>($"/api/v1/runs/run-1/events?limit=200&after_seq={first.NextCursor}");
        Assert.Equal((null, 51), (rest.NextCursor, rest.Items.Count));
        var ends = await GetAsync<Page<EventRow>>("/api/v1/runs/run-1/events?type=run_complete");
        Assert.Equal(251, Assert.Single(ends.Items).Seq);
    }

    [Fact]
    public async Task Artifacts_are_downloads_with_ranges_and_never_shown_inline()
    {
        var client = await WriteAsync("run-1", 150, "src");
        var listed = await GetAsync<Page<ArtifactInfo>>("/api/v1/runs/run-1/artifacts");
        Assert.Equal(client.Artifacts.Keys.Order(), listed.Items.Select(a => a.ArtifactId).Order());
        var bytes = client.Artifacts["a1"];
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/runs/run-1/artifacts/a1");
        request.Headers.Range = new RangeHeaderValue(0, 0);
        using var part = await http.SendAsync(request);
        Assert.Equal(HttpStatusCode.PartialContent, part.StatusCode);
        Assert.Equal(bytes[..1], await part.Content.ReadAsByteArrayAsync());
        Assert.Equal(
            ("attachment", "a1.bin"),
            (part.Content.Headers.ContentDisposition!.DispositionType, part.Content.Headers.ContentDisposition.FileName)
        );
        Assert.Equal(["nosniff"], part.Headers.GetValues("X-Content-Type-Options"));
        Assert.StartsWith(
            "sandbox",
            Assert.Single(part.Headers.GetValues("Content-Security-Policy")),
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("/api/v1/runs/none")]
    [InlineData("/api/v1/runs/none/events")]
    [InlineData("/api/v1/runs/run-1/artifacts/none")]
    [InlineData("/api/v1/runs/run-1/files/none")]
    [InlineData("/api/v1/runs/..%2F..%2Fetc/artifacts")]
    public async Task What_is_not_there_is_a_problem_with_a_next_step(string path)
    {
        await WriteAsync("run-1", 3, "src");
        using var answer = await http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("not_found", problem.GetProperty("code").GetString());
        Assert.Contains("GET /api/v1/runs", problem.GetProperty("next_step").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_finished_run_is_deleted_and_a_source_is_deleted_page_by_page()
    {
        for (var n = 1; n <= 6; n++)
        {
            _ = await WriteAsync($"run-{n}", n, "shop");
            await writer.SaysAsync($"Run run-{n} is settled");
        }
        await new RunClient("open-1", 1)
        {
            Run = new RunClient("open-1", 1).Run with { Source = "shop" },
        }.AppendToAsync(writer.Grpc, 1, () => { });
        Assert.Equal(HttpStatusCode.NotFound, await DeleteAsync("/api/v1/runs/none"));
        Assert.Equal(HttpStatusCode.Conflict, await DeleteAsync("/api/v1/runs/open-1"));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("/api/v1/runs/run-6"));
        Assert.Equal(HttpStatusCode.NoContent, await DeleteAsync("/api/v1/runs/run-6"));
        Assert.Empty((await GetAsync<Page<EventRow>>("/api/v1/runs/run-6/events")).Items);
        Assert.Equal("the API", (await GetAsync<RunRecord>("/api/v1/runs/run-6")).Deleted!.By);
        Assert.Equal(["run-5", "run-4"], await DeletedAsync("limit=3&before=2999-01-01T00:00:00Z"));
        Assert.Empty(await DeletedAsync("dry_run=false&before=2026-01-01T00:00:00Z"));
        Assert.Equal(["run-5", "run-4", "run-3", "run-2", "run-1"], await DeletedAsync("dry_run=false"));
        Assert.Empty(await DeletedAsync("dry_run=false"));
        Assert.Empty(Directory.GetFiles(folder.Path, "*.parquet", SearchOption.AllDirectories));
        Assert.Equal("open-1", (await GetAsync<RunRecord>("/api/v1/runs/open-1")).RunId);
        Assert.Equal(
            HttpStatusCode.BadRequest,
            await DeleteAsync("/api/v1/sources/shop/runs?dry_run=perhaps&limit=101")
        );
    }

    [Fact]
    public async Task What_the_policy_did_and_what_the_fields_hold_are_there_once_a_run_is_settled()
    {
        _ = await WriteAsync("run-1", 20, "shop");
        await writer.SaysAsync("Run run-1 is settled");
        var history = await GetAsync<PolicyHistory>("/api/v1/runs/run-1/policy");
        Assert.Equal(("run-1", 21L), (history.RunId, history.SeqLast));
        var fields = await GetAsync<FieldReport>("/api/v1/runs/run-1/fields");
        var type = Assert.Single(fields.ItemTypes);
        var last = await GetAsync<Page<FieldReport>>($"/api/v1/sources/shop/fields?item_type={type.ItemType}");
        Assert.Equal(
            JsonSerializer.Serialize(fields, QuarryJson.Compact),
            JsonSerializer.Serialize(Assert.Single(last.Items), QuarryJson.Compact)
        );
        Assert.Empty((await GetAsync<Page<FieldReport>>("/api/v1/sources/shop/fields?item_type=none")).Items);
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("damaged")]
    public async Task The_catalogue_is_built_again_from_the_log_with_equal_answers(string how)
    {
        for (var n = 1; n <= 5; n++)
            await WriteAsync($"run-{n}", n, "src");
        var before = await http.GetStringAsync("/api/v1/runs");
        Assert.Equal(0, await writer.StopAsync());
        foreach (var file in Directory.GetFiles(folder.Path, "catalogue.db*"))
        {
            File.Delete(file);
            if (how == "damaged")
                await File.WriteAllTextAsync(file, "this is no database, and it is long enough to be looked at as one");
        }
        await StartAsync();
        Assert.Equal(before, await http.GetStringAsync("/api/v1/runs"));
    }

    [Fact]
    public async Task A_run_that_ended_without_its_writer_is_closed_settled_and_proven()
    {
        var client = new RunClient("run-1", 1);
        Assert.True(await client.AppendToAsync(writer.Grpc, 50, () => { }));
        var lost = client.Run with { State = RunState.Done, Outcome = RunOutcome.Lost, Message = "its runner died" };
        await client.RecordAsync(writer.Grpc, lost);
        await writer.SaysAsync("Run run-1 is settled");
        var record = await GetAsync<RunRecord>("/api/v1/runs/run-1");
        Assert.Equal((RunOutcome.Lost, 50), (record.Outcome, record.SeqDurable));
        using var answer = await http.PostAsync("/api/v1/runs/run-1/verify", null);
        var proof = (await answer.Content.ReadFromJsonAsync<VerifyReport>(QuarryJson.Compact))!;
        Assert.True(proof is { Complete: true, Settled: true }, JsonSerializer.Serialize(proof, QuarryJson.Indented));
    }

    [Fact]
    public async Task A_writer_that_is_told_to_stop_commits_what_it_acknowledged_and_leaves_no_journal()
    {
        var client = new RunClient("run-1", 1);
        var appending = client.AppendToAsync(writer.Grpc, long.MaxValue, () => { });
        while (client.Acknowledged < 200)
            await Task.Yield();
        Assert.Equal(0, await writer.StopAsync());
        Assert.False(await appending);
        await StartAsync();
        Assert.DoesNotContain("Recovering", writer.Output);
        Assert.True(await client.AppendToAsync(writer.Grpc, client.Acknowledged + 50, () => { }));
    }

    private async Task StartAsync()
    {
        writer = await LodeWriterProcess.StartAsync(folder.Path);
        http = new HttpClient { BaseAddress = writer.Http };
    }

    private async Task<RunClient> WriteAsync(string runId, int events, string source)
    {
        var client = new RunClient(runId, events);
        var at = new DateTimeOffset(2026, 1, 2, 0, 0, events % 60, TimeSpan.Zero);
        client.Run = client.Run with
        {
            Source = source,
            QueuedAt = at,
            Labels = new Dictionary<string, string> { ["n"] = $"{events}" },
        };
        Assert.True(await client.AppendToAsync(writer.Grpc, events, () => { }));
        await client.CloseAsync(writer.Grpc);
        return client;
    }

    private async Task<List<string>> IdsAsync(string query)
    {
        var ids = new List<string>();
        for (var cursor = ""; ; )
        {
            var page = await GetAsync<Page<RunRecord>>($"/api/v1/runs?{query}{cursor}");
            ids.AddRange(page.Items.Select(r => r.RunId));
            if (page.NextCursor is null)
                return ids;
            cursor = $"&cursor={page.NextCursor}";
        }
    }

    private async Task<HttpStatusCode> DeleteAsync(string path)
    {
        using var answer = await http.DeleteAsync(path);
        return answer.StatusCode;
    }

    private async Task<List<string>> DeletedAsync(string query)
    {
        using var answer = await http.DeleteAsync($"/api/v1/sources/shop/runs?{query}");
        var report = await answer.Content.ReadFromJsonAsync<DeletionReport>(QuarryJson.Compact);
        Assert.Empty(report!.Kept);
        return [.. report.Items.Select(r => r.RunId)];
    }

    private async Task<T> GetAsync<T>(string path) => (await http.GetFromJsonAsync<T>(path, QuarryJson.Compact))!;
}
