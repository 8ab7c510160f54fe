using System.Net.ServerSentEvents;
using System.Text.Json;
using Quarry.Contracts.Runs;
using Quarry.Dashboard.Services;

namespace Quarry.Dashboard.Runs;

/// <summary>
/// Follows a run until it ends: reads its live tail, reads on after an interruption, and tells the page that something
/// changed, at most every <see cref="TellEvery"/>. A tail that falls silent is no proof that the run goes on, so the
/// stored record is looked at too.
/// </summary>
internal sealed class LiveRun(RunsClient client, string runId, TimeProvider clock, Func<Task> changedAsync)
    : IAsyncDisposable
{
    private static readonly TimeSpan TellEvery = TimeSpan.FromMilliseconds(150);
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource stopping = new();
    private Task following = Task.CompletedTask;
    private string? lastEventId;
    private volatile bool isChanged;
    private volatile string? tailFailure;
    private volatile string? storeFailure;

    /// <summary>What is known.</summary>
    public LiveView View { get; } = new();

    /// <summary>Why nothing is heard at the moment; null while the view is live. It goes on by itself.</summary>
    public string? Interruption => tailFailure ?? storeFailure;

    private bool IsDone => View.Run is { IsDone: true };

    /// <summary>Begins.</summary>
    public void Start() => following = Task.WhenAll(FollowAsync(), LookAsync(), TellAsync());

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following;
        stopping.Dispose();
    }

    private Task FollowAsync() =>
        UntilLeftAsync(async cancellation =>
        {
            while (!IsDone)
            {
                await ReadAsync(cancellation);
                if (!IsDone)
                    await Task.Delay(RetryAfter, clock, cancellation);
            }
        });

    private async Task ReadAsync(CancellationToken cancellation)
    {
        try
        {
            await using var stream = await client.FollowAsync(runId, lastEventId, cancellation);
            isChanged |= tailFailure is not null;
            tailFailure = null;
            await foreach (var entry in SseParser.Create(stream).EnumerateAsync(cancellation))
            {
                View.Take(entry.EventType, entry.Data);
                lastEventId = entry.EventId ?? lastEventId;
                isChanged = true;
            }
        }
        catch (Exception e) when (e is ServiceFailedException or IOException or HttpRequestException or JsonException)
        {
            tailFailure = e.Message;
            isChanged = true;
        }
    }

    private Task LookAsync() =>
        UntilLeftAsync(async cancellation =>
        {
            using var timer = new PeriodicTimer(LookEvery, clock);
            while (!IsDone && await timer.WaitForNextTickAsync(cancellation))
            {
                if (await StoredAsync(cancellation) is not { IsDone: true } stored)
                    continue;
                View.Take(stored);
                isChanged = true;
            }
        });

    private async Task<RunRecord?> StoredAsync(CancellationToken cancellation)
    {
        try
        {
            var stored = await client.FindAsync(runId, cancellation);
            isChanged |= storeFailure is not null;
            storeFailure = null;
            return stored;
        }
        catch (ServiceFailedException e)
        {
            storeFailure = e.Message;
            isChanged = true;
            return null;
        }
    }

    private Task TellAsync() =>
        UntilLeftAsync(async cancellation =>
        {
            using var timer = new PeriodicTimer(TellEvery, clock);
            for (var told = false; !told && await timer.WaitForNextTickAsync(cancellation); )
            {
                if (!isChanged)
                    continue;
                isChanged = false;
                told = IsDone;
                await changedAsync();
            }
        });

    /// <summary>The page being left is the ordinary end.</summary>
    private async Task UntilLeftAsync(Func<CancellationToken, Task> act)
    {
        try
        {
            await act(stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The page was left.
        }
    }
}
