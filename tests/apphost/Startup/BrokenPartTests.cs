using Quarry.Tests.AppHost.Shutdown;

namespace Quarry.Tests.AppHost.Startup;

/// <summary>A part of the application that does not come up: the others end, and one message names it and its last words.</summary>
public sealed class BrokenPartTests : IDisposable
{
    private const string Guide = "docs/operations/unhealthy-service.md";

    private readonly TemporaryFolder programs = new();

    public void Dispose() => programs.Dispose();

    [Fact]
    public async Task A_redis_server_on_PATH_that_fails_is_shown_with_its_own_words()
    {
        Program("redis-server", "echo 'Fatal error: no memory for me' >&2; exit 1");
        await using var app = AppHostProcess.StartWith(PathWithPrograms());

        Assert.Equal(1, await app.EndAsync());

        Assert.Contains("'redis' did not start. It ended with exit code 1 before it was healthy.", app.Error);
        Assert.Contains("Fatal error: no memory for me", app.Error);
        Assert.Contains("To start without it: --redis-server none", app.Error);
        Assert.Contains(Guide, app.Error);
        app.AssertSaidOnce();
    }

    [Fact]
    public async Task A_redis_server_that_never_answers_is_given_up_and_ended()
    {
        var silent = Program("silent-server", "exec sleep 1000");
        await using var app = AppHostProcess.Start("--redis-server", silent, "--HealthyWithinSeconds", "1");

        Assert.Equal(1, await app.EndAsync());

        Assert.Contains("'redis' did not start. It did not become healthy in 1 s: Connection refused", app.Error);
        Assert.Contains("give it more time: --HealthyWithinSeconds N", app.Error);
        app.AssertSaidOnce();
    }

    [Fact]
    public async Task A_service_that_ends_at_its_start_says_which_setting_is_wrong()
    {
        await using var app = AppHostProcess.StartWith(
            new Dictionary<string, string> { ["Runner__Concurrency"] = "many" }
        );

        Assert.Equal(1, await app.EndAsync());

        Assert.Contains("'runner' did not start. It ended with exit code 1 before it was healthy.", app.Error);
        Assert.Contains("'many' at 'Runner:Concurrency'", app.Error);
        Assert.Contains("docs/operations/configuration.md", app.Error);
        Assert.Contains(Guide, app.Error);
        app.AssertSaidOnce();
    }

    [Fact]
    public async Task A_weak_password_of_Redis_is_refused()
    {
        await using var app = AppHostProcess.Start("--Parameters:redis-password", "short");

        Assert.Equal(1, await app.EndAsync());

        Assert.Contains("Parameter 'redis-password' is too weak: it has 5 characters and needs at least 22", app.Error);
        app.AssertSaidOnce();
    }

    private string Program(string name, string script)
    {
        var path = Path.Combine(programs.Path, name);
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private Dictionary<string, string> PathWithPrograms() =>
        new() { ["PATH"] = $"{programs.Path}:{Environment.GetEnvironmentVariable("PATH")}" };
}
