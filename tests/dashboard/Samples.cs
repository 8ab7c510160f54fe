using System.Text.Json;
using Quarry.Contracts.Events;
using Quarry.Contracts.Runs;

namespace Quarry.Tests.Dashboard;

/// <summary>Records and rows that tests send, as the services would.</summary>
internal static class Samples
{
    public static RunRecord Run(string id = "run-1", RunState state = RunState.Running) =>
        new()
        {
            RunId = id,
            RootRunId = id,
            State = state,
            Outcome = state == RunState.Done ? RunOutcome.Success : null,
            Script = new("/scripts/first-run/script.ts"),
            Source = "example",
            Day = "2026-01-31",
            Policy = new(),
            QueuedAt = new DateTimeOffset(2026, 1, 31, 8, 0, 0, TimeSpan.Zero),
        };

    public static EventRow Item(long seq, string data, string itemType = "product") =>
        Row(seq, "item", $$"""{ "item_type": "{{itemType}}", "data": {{data}} }""");

    public static EventRow Log(long seq, string level, string message) =>
        Row(seq, "log", $$"""{ "level": "{{level}}", "message": "{{message}}" }""");

    public static EventRow Row(long seq, string type, string payload) =>
        new()
        {
            RunId = "run-1",
            Seq = seq,
            EventId = $"event-{seq}",
            Type = type,
            Ts = "2026-01-31T08:00:01.000Z",
            ContractVersion = "1.0.0",
            Attempt = 1,
            Payload = JsonSerializer.Deserialize<JsonElement>(payload),
        };
}
