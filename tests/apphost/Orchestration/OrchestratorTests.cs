using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quarry.AppHost.Local.Orchestration;

namespace Quarry.Tests.AppHost.Orchestration;

/// <summary>Resources start in the order of their waits, and end in the reverse one. Real processes.</summary>
public sealed class OrchestratorTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly IDistributedApplicationBuilder builder = DistributedApplication.CreateBuilder([]);

    private string Journal => Path.Combine(folder.Path, "journal");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Who_waits_starts_later_and_ends_earlier()
    {
        var first = AddShell("first", Lives("first"));
        var second = AddShell("second", Lives("second")).WaitForStart(first);
        AddShell("third", Lives("third")).WaitFor(second);
        await using (var app = builder.Build())
        {
            await app.StartAsync(Cancel);
            var startOfThird = await StartOfAsync(app, "third");
            var startOfSecond = await StartOfAsync(app, "second");
            Assert.True(await StartOfAsync(app, "first") < startOfSecond && startOfSecond < startOfThird);
            foreach (var name in (string[])["first", "second", "third"])
                await UntilJournalHasAsync($"start {name}");
            await app.StopAsync(Cancel);
        }

        Assert.Equal(["end third", "end second", "end first"], File.ReadAllLines(Journal)[3..]);
    }

    [Fact]
    public async Task A_step_that_ends_well_lets_the_next_one_start()
    {
        var step = AddShell("step", $"echo step >> {Journal}");
        AddShell("next", Lives("next")).WaitForCompletion(step);
        await using var app = builder.Build();

        await app.StartAsync(Cancel);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("next", Cancel);

        Assert.Equal("step", File.ReadAllLines(Journal)[0]);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_resource_that_ends_at_once_fails_with_its_last_words_and_so_do_those_that_wait_for_it()
    {
        var bad = AddShell("bad", "echo the disk is on fire >&2; exit 7").WithHttpEndpoint().WithHttpHealthCheck("/");
        AddShell("waits", Lives("waits")).WaitFor(bad);
        await using var app = builder.Build();
        await app.StartAsync(Cancel);

        var error = await Assert.ThrowsAsync<DistributedApplicationException>(() =>
            app.ResourceNotifications.WaitForResourceHealthyAsync("waits", Cancel)
        );

        Assert.Contains("It waits for 'bad', which is FailedToStart", error.Message);
        var failure = await FailureAsync(app);
        Assert.Equal("bad", failure.Name);
        Assert.Contains("exit code 7 before it was healthy", failure.Reason);
        Assert.Contains("the disk is on fire", failure.Reason);
        Assert.False(File.Exists(Journal));
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_resource_that_never_gets_healthy_says_what_it_answered()
    {
        builder.Services.AddSingleton(new OrchestrationOptions { HealthyWithin = TimeSpan.FromMilliseconds(300) });
        AddShell("deaf", Lives("deaf")).WithHttpEndpoint().WithHttpHealthCheck("/health");
        await using var app = builder.Build();
        await app.StartAsync(Cancel);

        await app.ResourceNotifications.WaitForResourceAsync("deaf", KnownResourceStates.RuntimeUnhealthy, Cancel);

        Assert.Contains("did not become healthy in", (await FailureAsync(app)).Reason);
        await app.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_restart_gives_a_new_process_at_the_same_address()
    {
        AddShell("again", Lives("again")).WithHttpEndpoint();
        await using var app = builder.Build();
        await app.StartAsync(Cancel);
        await app.ResourceNotifications.WaitForResourceHealthyAsync("again", Cancel);
        await UntilJournalHasAsync("start again");
        var address = app.GetEndpoint("again", "http");

        await app.Services.GetRequiredService<Orchestrator>().RestartAsync("again");
        await app.ResourceNotifications.WaitForResourceHealthyAsync("again", Cancel);
        await UntilJournalHasAsync("start again", times: 2);

        Assert.Equal(address, app.GetEndpoint("again", "http"));
        await app.StopAsync(Cancel);
        Assert.Equal(["start again", "end again", "start again", "end again"], File.ReadAllLines(Journal));
    }

    [Fact]
    public async Task Variables_carry_parameters_expressions_and_addresses()
    {
        builder.Configuration["Parameters:key"] = "secret";
        var key = builder.AddParameter("key", secret: true);
        var server = AddShell("server", Lives("server")).WithHttpEndpoint();
        AddShell("client", $"echo \"$KEY $URL $BOTH\" >> {Journal}; sleep 1000")
            .WithEnvironment("KEY", key)
            .WithEnvironment("URL", server.GetEndpoint("http"))
            .WithEnvironment(
                "BOTH",
                ReferenceExpression.Create($"{server.GetEndpoint("http").Property(EndpointProperty.Port)}/{key}")
            );
        await using var app = builder.Build();
        await app.StartAsync(Cancel);
        var port = app.GetEndpoint("server", "http").Port;

        await UntilJournalHasAsync($"secret http://127.0.0.1:{port} {port}/secret");

        await app.StopAsync(Cancel);
    }

    /// <summary>When the orchestrator started it: what a shell writes, it writes when its turn on a processor comes.</summary>
    private static async Task<DateTime?> StartOfAsync(DistributedApplication app, string name) =>
        (await app.ResourceNotifications.WaitForResourceHealthyAsync(name, Cancel)).Snapshot.StartTimeStamp;

    private IResourceBuilder<ExecutableResource> AddShell(string name, string script) =>
        builder.AddExecutable(name, "sh", folder.Path, "-c", script);

    /// <summary>A failure at start is known once the application is asked to stop.</summary>
    private static async Task<ResourceFailure> FailureAsync(DistributedApplication app)
    {
        var asked = new TaskCompletionSource();
        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        await using var registration = lifetime.ApplicationStopping.Register(asked.SetResult);
        await asked.Task.WaitAsync(Cancel);
        return app.Services.GetRequiredService<Orchestrator>().Failure!;
    }

    private string Lives(string name) =>
        $"echo start {name} >> {Journal}; trap 'echo end {name} >> {Journal}; exit 0' TERM; while :; do sleep 0.02; done";

    private async Task UntilJournalHasAsync(string line, int times = 1)
    {
        // Another process writes: the change can only be looked for.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!File.Exists(Journal) || File.ReadAllLines(Journal).Count(l => l == line) < times)
            await timer.WaitForNextTickAsync(Cancel);
    }
}
