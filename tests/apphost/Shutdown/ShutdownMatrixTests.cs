using Quarry.AppHost.Local.Processes;

namespace Quarry.Tests.AppHost.Shutdown;

/// <summary>
/// However the application ends, no process of it is left. <c>QUARRY_SHUTDOWN_ROUNDS</c> repeats every row so many times
/// (1 when it is not set).
/// </summary>
public sealed class ShutdownMatrixTests
{
    private const int Interrupt = 2;

    /// <summary>Far more than it takes: services end in a second or two.</summary>
    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(60);

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("QUARRY_SHUTDOWN_ROUNDS") ?? "1");

    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Signals.Terminate)]
    public Task A_signal_to_AppHost_ends_everything_in_order(int signal) =>
        RepeatAsync(async () =>
        {
            await using var app = AppHostProcess.Start();
            await app.AddressAsync();
            Assert.True(app.Tag.Alive().Count > 5, "AppHost, Redis, three services and the site should run");
            Assert.Contains(app.Tag.Alive(), line => line.Contains("redis-server", StringComparison.Ordinal));

            app.Signal(signal);

            Assert.Equal(0, await app.EndAsync());
            Assert.Empty(await app.Tag.RemainAfterAsync(EndsWithin));
        });

    [Fact]
    public Task SIGKILL_to_AppHost_leaves_nothing() =>
        RepeatAsync(async () =>
        {
            await using var app = AppHostProcess.Start();
            await app.AddressAsync();

            app.Signal(Signals.Kill);

            await app.EndAsync();
            Assert.Empty(await app.Tag.RemainAfterAsync(EndsWithin));
        });

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public Task SIGKILL_while_services_start_leaves_nothing(int processes) =>
        RepeatAsync(async () =>
        {
            await using var app = AppHostProcess.Start();
            await UntilAsync(() => app.Tag.Alive().Count > processes);

            app.Signal(Signals.Kill);

            await app.EndAsync();
            Assert.Empty(await app.Tag.RemainAfterAsync(EndsWithin));
        });

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public Task SIGTERM_while_services_start_ends_everything_in_order(int processes) =>
        RepeatAsync(async () =>
        {
            await using var app = AppHostProcess.Start();
            await UntilAsync(() => app.Tag.Alive().Count > processes);

            app.Signal(Signals.Terminate);

            Assert.Equal(0, await app.EndAsync());
            Assert.Empty(await app.Tag.RemainAfterAsync(EndsWithin));
        });

    [Fact]
    public Task A_terminal_that_is_closed_leaves_nothing() =>
        RepeatAsync(async () =>
        {
            await using var terminal = AppHostProcess.StartInTerminal();
            await terminal.AddressAsync();

            // Who holds the terminal is gone, so it hangs up.
            terminal.Signal(Signals.Kill);

            await terminal.EndAsync();
            Assert.Empty(await terminal.Tag.RemainAfterAsync(EndsWithin));
        });

    [Theory]
    [InlineData(Signals.Terminate)]
    [InlineData(Signals.Kill)]
    public Task A_signal_to_dotnet_run_ends_everything(int signal) =>
        RepeatAsync(async () =>
        {
            await using var run = AppHostProcess.StartByDotnetRun();
            await run.AddressAsync();

            run.Signal(signal);

            await run.EndAsync();
            Assert.Empty(await run.Tag.RemainAfterAsync(EndsWithin));
        });

    [Fact]
    public Task Ctrl_C_in_a_terminal_ends_everything() =>
        RepeatAsync(async () =>
        {
            await using var terminal = AppHostProcess.StartInTerminal();
            await terminal.AddressAsync();

            terminal.Write("\u0003");

            Assert.Equal(0, await terminal.EndAsync());
            Assert.Empty(await terminal.Tag.RemainAfterAsync(EndsWithin));
        });

    private static async Task RepeatAsync(Func<Task> rowAsync)
    {
        for (var round = 1; round <= Rounds; round++)
            await rowAsync();
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var limited = new CancellationTokenSource(AppHostProcess.Patience);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!condition())
            await timer.WaitForNextTickAsync(limited.Token);
    }
}
