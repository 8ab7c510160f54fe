using Quarry.Streams.StopSignals;

namespace Quarry.Tests.Compliance.StopSignals;

/// <summary>What every carrier of stop signals does.</summary>
public abstract class StopSignalsCompliance
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    protected abstract Task<IStopSignals> OpenAsync();

    [Fact]
    public async Task A_listener_is_told_at_once()
    {
        var signals = await OpenAsync();
        var told = new TaskCompletionSource<StopSignal>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var over = new CancellationTokenSource();
        await signals.ListenAsync(signal => told.TrySetResult(signal), over.Token);
        await signals.SendAsync(new("r1", IsKill: true, "why"), Token);
        Assert.Equal(new("r1", true, "why"), await told.Task.WaitAsync(Token));
        await over.CancelAsync();
    }

    [Fact]
    public async Task A_runner_that_was_not_listening_finds_the_request()
    {
        var signals = await OpenAsync();
        await signals.SendAsync(new("r1", IsKill: false, "why"), Token);
        await signals.SendAsync(new("r2", IsKill: false, "other"), Token);
        await signals.SendAsync(new("r1", IsKill: true, "now"), Token);
        Assert.Equal([new StopSignal("r1", true, "now")], await signals.PendingAsync(["r0", "r1"], Token));
        Assert.Empty(await signals.PendingAsync([], Token));
    }
}

public sealed class MemoryStopSignalsTests : StopSignalsCompliance
{
    protected override Task<IStopSignals> OpenAsync() =>
        Task.FromResult<IStopSignals>(new MemoryStopSignals(TimeProvider.System));
}

[Collection(RedisServer.Alone)]
public sealed class RedisStopSignalsTests(RedisServer redis) : StopSignalsCompliance
{
    protected override async Task<IStopSignals> OpenAsync() => new RedisStopSignals(await redis.EmptyAsync());
}
