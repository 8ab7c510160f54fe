using Quarry.Contracts;
using Quarry.Contracts.Api;
using Quarry.Contracts.Lode;
using Quarry.Contracts.Runs;
using Quarry.Runner.Hosting;

namespace Quarry.Runner.Runs;

/// <summary>
/// At start: runs that carry this runner's name and are not done belong to its former life. Their processes ended with
/// their pipes; they end as lost, with what is durable.
/// </summary>
internal sealed partial class LostRuns(
    IHttpClientFactory http,
    ILode lode,
    RunnerSettings settings,
    TimeProvider clock,
    ILogger<LostRuns> logger
) : BackgroundService
{
    private static readonly RunState[] InHand = [RunState.Starting, RunState.Running, RunState.Draining];

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var startedAt = clock.GetUtcNow();
        foreach (var state in InHand)
        {
            await foreach (var run in FindAsync(state, stoppingToken))
            {
                if (run.Runner == settings.Name && run.StartedAt < startedAt)
                    await EndAsync(run, stoppingToken);
            }
        }
    }

    private async IAsyncEnumerable<RunRecord> FindAsync(
        RunState state,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation
    )
    {
        var client = http.CreateClient("lode");
        string? cursor = null;
        do
        {
            var query =
                $"/api/v1/runs?state={QuarryNames.Of(state)}&limit={Limits.PageRowsMax}"
                + (cursor is null ? "" : $"&cursor={Uri.EscapeDataString(cursor)}");
            var page = await client.GetFromJsonAsync<Page<RunRecord>>(query, QuarryJson.Compact, cancellation);
            foreach (var run in page!.Items)
                yield return run;
            cursor = page.NextCursor;
        } while (cursor is not null);
    }

    private async Task EndAsync(RunRecord run, CancellationToken cancellation)
    {
        await using var appender = await lode.OpenAsync(run, epoch: 1, cancellation);
        var durable = appender.DurableSeq;
        _ = await appender.CloseAsync(
            run with
            {
                State = RunState.Done,
                Outcome = RunOutcome.Lost,
                EndedAt = clock.GetUtcNow(),
                SeqLast = durable,
                SeqDurable = durable,
                Message =
                    $"The runner {settings.Name} died while it ran. Events up to seq {durable} are durable; what the "
                    + "script emitted after that is not known. Retry it, from its last checkpoint if it has one.",
            },
            cancellation
        );
        Log.Lost(logger, run.RunId, durable);
    }

    private static partial class Log
    {
        [LoggerMessage(
            3201,
            LogLevel.Warning,
            "Run {RunId} was left by this runner's former life; it is lost after seq {Seq}"
        )]
        public static partial void Lost(ILogger logger, string runId, long seq);
    }
}
