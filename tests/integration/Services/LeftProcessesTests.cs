using System.Diagnostics;

namespace Quarry.Tests.Integration.Services;

/// <summary>
/// What a runner that was killed left behind is ended by the next one on the machine: what carries its tag, and what wrote
/// over its own, as the processes of a browser's pages do.
/// </summary>
public sealed class LeftProcessesTests : IDisposable
{
    /// <summary>Tag of a runner that is gone: no process has such an id.</summary>
    private const string Tagged = "QUARRY_RUN_ID=runner-2147483647-1 sleep 1000";

    private const string Untagged = "env -i sleep 1000";
    private readonly List<int> pids = [];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        foreach (var pid in pids.Where(IsAlive))
            _ = RunTags.TryKill(pid);
    }

    [Fact]
    public async Task Processes_that_lost_their_tag_go_with_the_session_of_those_that_have_it()
    {
        using var leader = await StartSessionAsync($"{Tagged} & echo $!; {Untagged} & echo $!");
        await leader.WaitForExitAsync(Cancel);

        await using var stack = await RunnerStack.StartAsync();

        await RunnerTests.UntilAsync(() => Task.FromResult(!pids.Exists(IsAlive)));
    }

    [Fact]
    public async Task Of_a_session_that_somebody_else_leads_only_the_tagged_process_goes()
    {
        using var leader = await StartSessionAsync($"echo $$; {Tagged} & echo $!; exec {Untagged}");

        await using var stack = await RunnerStack.StartAsync();

        await RunnerTests.UntilAsync(() => Task.FromResult(!IsAlive(pids[1])));
        Assert.True(IsAlive(pids[0]));
    }

    [Fact]
    public async Task Of_a_session_without_a_leader_with_somebody_else_in_it_only_the_tagged_process_goes()
    {
        using var leader = await StartSessionAsync($"PATH=$PATH sleep 1000 & echo $!; {Tagged} & echo $!");
        await leader.WaitForExitAsync(Cancel);

        await using var stack = await RunnerStack.StartAsync();

        await RunnerTests.UntilAsync(() => Task.FromResult(!IsAlive(pids[1])));
        Assert.True(IsAlive(pids[0]));
    }

    private static bool IsAlive(int pid)
    {
        try
        {
            // A zombie has ended and has no command line; an id that was given again is another program's.
            return File.ReadAllText($"/proc/{pid}/cmdline").Contains("sleep\01000", StringComparison.Ordinal);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    /// <summary>Runs a script, which prints two process ids, as the leader of a session.</summary>
    private async Task<Process> StartSessionAsync(string script)
    {
        var start = new ProcessStartInfo("setsid", ["sh", "-c", script])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        var leader = Process.Start(start)!;
        while (pids.Count < 2)
            pids.Add(int.Parse((await leader.StandardOutput.ReadLineAsync(Cancel))!));
        return leader;
    }
}
