namespace Quarry.Tests.Integration.Services;

/// <summary>Kills runners, executors and browsers of a stack at random moments, and counts what it killed.</summary>
internal sealed class ChaosKills(RunnerStack stack, Random random)
{
    private const int PauseMsMax = 700;
    private const int OneRunnerIn = 6;
    private int runners;
    private int executors;
    private int browsers;

    /// <summary>Kills until what is waited for is reached.</summary>
    public async Task UntilAsync(Func<Task<bool>> isReached, bool isWithRunners)
    {
        while (!await isReached())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            await Task.Delay(random.Next(PauseMsMax));
            if (isWithRunners && random.Next(OneRunnerIn) == 0)
                await KillRunnerAsync();
            else
                await KillProcessAsync();
        }
    }

    public override string ToString() => $"{runners} runners, {executors} executors, {browsers} browsers";

    private async Task KillRunnerAsync()
    {
        var victim = random.Next(2);
        var name = $"runner-{victim}";
        await stack.RunnerOf(name).KillAsync();
        _ = await stack.StartRunnerAsync(name);
        runners++;
    }

    private async Task KillProcessAsync()
    {
        var found = await RunTags.ProcessesAsync(stack);
        if (found.Count == 0)
            return;
        var (pid, isBrowser) = found[random.Next(found.Count)];
        if (!RunTags.TryKill(pid))
            return;
        executors += isBrowser ? 0 : 1;
        browsers += isBrowser ? 1 : 0;
    }
}
