using System.Reflection;
using Aspire.Hosting;
using Quarry.AppHost.Local.Hosting;

namespace Quarry.AppHost.Local.Testing;

/// <summary>
/// Runs the AppHost's own entry point for a test, and steps between it and the application: the test gets the builder
/// when the AppHost calls Build, changes it, builds, and the AppHost goes on with the test's application.
/// </summary>
internal sealed class AppHostUnderTest
{
    private static readonly AsyncLocal<AppHostUnderTest?> Running = new();
    private readonly Assembly appHost;
    private readonly string[] extraArgs;
    private readonly TaskCompletionSource<LocalApplicationBuilder> described = NewSource<LocalApplicationBuilder>();
    private readonly TaskCompletionSource<DistributedApplication> built = NewSource<DistributedApplication>();

    private AppHostUnderTest(Assembly appHost, string[] extraArgs)
    {
        this.appHost = appHost;
        this.extraArgs = extraArgs;
    }

    /// <summary>The AppHost that a test runs on this flow of control; null outside of tests.</summary>
    public static AppHostUnderTest? Current => Running.Value;

    /// <summary>Ends with the AppHost's entry point.</summary>
    public Task Ended { get; private set; } = Task.CompletedTask;

    /// <summary>Runs an AppHost until it calls Build.</summary>
    public static async Task<(AppHostUnderTest AppHost, LocalApplicationBuilder Builder)> StartAsync(
        Assembly appHost,
        string[] args,
        CancellationToken cancellationToken
    )
    {
        var run = new AppHostUnderTest(appHost, [.. args, $"--{LocalOptions.RandomizePortsSetting}", "true"]);
        run.Ended = Task.Factory.StartNew(
            run.Execute,
            CancellationToken.None,
            TaskCreationOptions.LongRunning,
            TaskScheduler.Default
        );
        var first = await Task.WhenAny(run.described.Task, run.Ended).WaitAsync(cancellationToken);
        await first;
        if (run.described.Task.IsCompleted)
            return (run, await run.described.Task);
        throw new DistributedApplicationException($"{appHost.GetName().Name} ended without building an application.");
    }

    /// <summary>Makes the builder that the AppHost uses.</summary>
    public IDistributedApplicationBuilder CreateBuilder(string[] args) =>
        new LocalApplicationBuilder(args, appHost) { Building = WaitForTest };

    /// <summary>Builds the application, and lets the AppHost go on with it.</summary>
    public DistributedApplication Build(LocalApplicationBuilder builder)
    {
        var application = builder.BuildNow();
        built.SetResult(application);
        return application;
    }

    /// <summary>Ends the entry point of an AppHost whose application was never built.</summary>
    public void Abandon() => built.TrySetCanceled();

    private DistributedApplication WaitForTest(LocalApplicationBuilder builder)
    {
        described.SetResult(builder);
        return built.Task.GetAwaiter().GetResult();
    }

    private void Execute()
    {
        Running.Value = this;
        var entry =
            appHost.EntryPoint
            ?? throw new DistributedApplicationException($"{appHost.GetName().Name} has no entry point.");
        try
        {
            entry.Invoke(null, BindingFlags.DoNotWrapExceptions, null, [extraArgs], null);
        }
        catch (OperationCanceledException) when (built.Task.IsCanceled)
        {
            // The test never built it.
        }
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
