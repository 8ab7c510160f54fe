using Quarry.AppHost.Local.Processes;

namespace Quarry.Tests.AppHost.Processes;

/// <summary>Processes start, are read, and end with everything they started.</summary>
public sealed class SupervisedProcessTests
{
    private readonly OutputRing output = new(TimeProvider.System);

    [Fact]
    public async Task Both_outputs_and_the_exit_code_arrive()
    {
        using var process = await StartAsync("echo out; echo err >&2; exit 3");
        Assert.Equal(3, await process.Exited);
        Assert.Contains(output.Lines, l => l is { Text: "out", IsError: false });
        Assert.Contains(output.Lines, l => l is { Text: "err", IsError: true });
    }

    [Fact]
    public async Task What_it_is_told_on_standard_input_shows_in_no_list_of_processes()
    {
        using var process = await StartAsync("read secret; echo got $secret", "hidden\n");
        await process.Exited;
        Assert.Equal("got hidden", output.Lines.Single().Text);
    }

    [Fact]
    public async Task It_is_asked_to_end_before_it_is_killed()
    {
        using var process = await StartAsync("trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done");
        await WrittenAsync("ready");
        Assert.True(await process.StopAsync(TimeSpan.FromMinutes(1), TimeProvider.System));
        Assert.Equal("bye", output.Lines[^1].Text);
    }

    [Fact]
    public async Task It_is_killed_when_it_does_not_end()
    {
        using var process = await StartAsync("trap '' TERM; echo ready; while :; do sleep 0.05; done");
        await WrittenAsync("ready");
        Assert.False(await process.StopAsync(TimeSpan.FromMilliseconds(50), TimeProvider.System));
        Assert.False(Signals.Send(process.Pid, 0));
    }

    [Fact]
    public async Task What_it_started_ends_with_it()
    {
        using var process = await StartAsync("(trap '' TERM; exec sleep 1000) & echo $!; wait");
        await WrittenAsync("");
        var grandchild = int.Parse(output.Lines[0].Text);

        await process.StopAsync(TimeSpan.FromMinutes(1), TimeProvider.System);

        Assert.True(await IsGoneAsync(grandchild));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_named()
    {
        var description = new ProcessDescription("/no/such/program", [], "/", new Dictionary<string, string>());
        if (SpawnCommand.EndsWithParent)
        {
            using var process = await SupervisedProcess.StartAsync(description, output);
            Assert.Equal(127, await process.Exited);
            Assert.Contains("/no/such/program", output.Lines[^1].Text);
        }
        else
        {
            await Assert.ThrowsAsync<DistributedApplicationException>(() =>
                SupervisedProcess.StartAsync(description, output)
            );
        }
    }

    private Task<SupervisedProcess> StartAsync(string script, string? input = null) =>
        SupervisedProcess.StartAsync(
            new("sh", ["-c", script], "/", new Dictionary<string, string>()) { Input = input },
            output
        );

    private async Task WrittenAsync(string start)
    {
        var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        output.Written = l =>
        {
            if (l.Text.StartsWith(start, StringComparison.Ordinal))
                written.TrySetResult();
        };
        if (output.Lines.Any(l => l.Text.StartsWith(start, StringComparison.Ordinal)))
            written.TrySetResult();
        await written.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);
    }

    // It is nobody's child any more: its end can only be looked for.
    private static async Task<bool> IsGoneAsync(int pid)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        for (var look = 0; look < 500; look++)
        {
            if (!Signals.Send(pid, 0) || IsZombie(pid))
                return true;
            await timer.WaitForNextTickAsync();
        }
        return false;
    }

    private static bool IsZombie(int pid) =>
        File.Exists($"/proc/{pid}/stat") && File.ReadAllText($"/proc/{pid}/stat").Contains(") Z ");
}
