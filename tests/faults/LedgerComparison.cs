using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Faults;

/// <summary>What a Lode writer answers of a run, against the ledger that its client kept.</summary>
internal static class LedgerComparison
{
    /// <summary>Every event and artifact is there once, and the proof holds; says how many there were.</summary>
    public static async Task<string> CompareAsync(this RunClient client, Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        var run = $"/api/v1/runs/{client.Run.RunId}";
        var stored = await EventsAsync(http, run);
        Assert.Equal(Enumerable.Range(1, client.Sent.Count).Select(n => (long)n), stored.Select(e => e.Seq));
        foreach (var row in stored)
            Assert.Equal(client.Sent[row.Seq], $"{row.Type} {JsonSerializer.Serialize(row.Payload)}");
        foreach (var (id, bytes) in client.Artifacts)
            Assert.Equal(
                SHA256.HashData(bytes),
                SHA256.HashData(await http.GetByteArrayAsync($"{run}/artifacts/{id}"))
            );
        using var answer = await http.PostAsync($"{run}/verify", null);
        var report = (await answer.Content.ReadFromJsonAsync<VerifyReport>(QuarryJson.Compact))!;
        Assert.True(report.Complete, JsonSerializer.Serialize(report, QuarryJson.Indented));
        var record = (await http.GetFromJsonAsync<RunRecord>(run, QuarryJson.Compact))!;
        Assert.Equal((RunState.Done, RunOutcome.Success), (record.State, record.Outcome));
        return $"{run}: {stored.Count} events, {client.Artifacts.Count} artifacts";
    }

    /// <summary>True when the run is known to have ended.</summary>
    public static async Task<bool> IsDoneAsync(this RunClient client, Uri address)
    {
        using var http = new HttpClient { BaseAddress = address };
        using var answer = await http.GetAsync($"/api/v1/runs/{client.Run.RunId}");
        return answer.IsSuccessStatusCode
            && (await answer.Content.ReadFromJsonAsync<RunRecord>(QuarryJson.Compact))!.IsDone;
    }

    private static async Task<List<EventRow>> EventsAsync(HttpClient http, string run)
    {
        var rows = new List<EventRow>();
        for (string? after = "0"; after is not null; )
        {
            var page = await http.GetFromJsonAsync<Page<EventRow>>(
                $"{run}/events?after_seq={after}&limit=1000",
                QuarryJson.Compact
            );
            rows.AddRange(page!.Items);
            after = page.NextCursor;
        }
        return rows;
    }
}
