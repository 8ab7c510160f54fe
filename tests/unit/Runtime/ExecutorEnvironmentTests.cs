namespace Quarry.Tests.Unit.Runtime;

[Collection(ScriptedExecutor.Collection)]
public sealed class ExecutorEnvironmentTests : IDisposable
{
    private const string Wanted = "QUARRY_NO_SANDBOX";
    private const string Address = "QUARRY_LODE_GRPC";

    public ExecutorEnvironmentTests()
    {
        Environment.SetEnvironmentVariable(Wanted, "1");
        Environment.SetEnvironmentVariable(Address, "http://127.0.0.1:1");
    }

    [Fact]
    public async Task An_executor_sees_how_to_start_its_browser_and_no_address_of_a_service()
    {
        using var executor = new ScriptedExecutor();
        _ = await executor.RunAsync(
            "env >&2; cat $F",
            Frames.Event(1, "run_complete", new Dictionary<string, object>())
        );
        Assert.Contains($"{Wanted}=1", executor.Lines);
        Assert.Contains("QUARRY_RUN_ID=run-1", executor.Lines);
        Assert.DoesNotContain(executor.Lines, line => line.StartsWith(Address, StringComparison.Ordinal));
    }

    public void Dispose()
    {
        Environment.SetEnvironmentVariable(Wanted, null);
        Environment.SetEnvironmentVariable(Address, null);
    }
}
