using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Faults;

/// <summary>What a writer has of a run, against the ledger of the client that sent it.</summary>
internal static class StoredRows
{
    /// <summary>Every event and artifact is there once, as it was sent, and verify holds.</summary>
    public static async Task CompareAsync(Uri address, RunClient client, ITestOutputHelper output)
    {
        using var http = new HttpClient { BaseAddress = address };
        var run = $"/api/v1/runs/{client.Run.RunId}";
        var stored = await EventsAsync(http, run);
        output.WriteLine($"{run}: {stored.Count} events, {client.Artifacts.Count} artifacts");
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
