using Microsoft.AspNetCore.Components;
using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Runs;

namespace Quarry.Dashboard.Components.Parts;

/// <summary>What the ingestion policy did: its options, events received, stored and dropped, and the proof.</summary>
public sealed partial class RunPolicy
{
    private VerifyReport? report;
    private bool isBusy;

    /// <summary>The run.</summary>
    [Parameter, EditorRequired]
    public RunRecord Run { get; set; } = default!;

    /// <summary>Counters of a run that goes on.</summary>
    [Parameter]
    public RunProgress? Progress { get; set; }

    [Inject]
    private RunsClient Client { get; set; } = default!;

    private IEnumerable<(string Name, string Value)> Options
    {
        get
        {
            var policy = Run.Policy;
            yield return ("Policy", QuarryNames.Of(policy.Name));
            if (policy.MaxEvents is { } events)
                yield return ("Most events held", $"{events:N0}");
            if (policy.MaxBytes is { } bytes)
                yield return ("Most bytes held", RunText.Bytes(bytes));
            if (policy.MaxBlockMs is { } wait)
                yield return ("Longest wait for room", $"{wait:N0} ms");
            if (policy.FlushCount is { } count)
                yield return ("Flush after", $"{count:N0} events");
            if (policy.FlushIntervalMs is { } interval)
                yield return ("Flush after", $"{interval:N0} ms");
        }
    }

    private long Stored(string type, long received) =>
        received - Run.Drops.Where(d => d.Type == type).Sum(d => d.Count);

    private async Task VerifyAsync()
    {
        isBusy = true;
        _ = await GuardAsync(async cancellation => report = await Client.VerifyAsync(Run.RunId, cancellation));
        isBusy = false;
    }
}
