using System.Reflection;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Quarry.AppHost.Local.Hosting;
using Quarry.AppHost.Local.Orchestration;
using Quarry.AppHost.Local.Publishing;
using Quarry.AppHost.Local.Testing;

namespace Aspire.Hosting;

/// <summary>An application of several resources, run by processes on this machine.</summary>
public class DistributedApplication : IHost, IAsyncDisposable
{
    private readonly IHost host;
    private readonly bool isRunByTest;

    internal DistributedApplication(IHost host, bool isRunByTest)
    {
        this.host = host;
        this.isRunByTest = isRunByTest;
    }

    /// <summary>Services of AppHost itself.</summary>
    public IServiceProvider Services => host.Services;

    /// <summary>Says how resources are.</summary>
    public ResourceNotificationService ResourceNotifications =>
        Services.GetRequiredService<ResourceNotificationService>();

    /// <summary>Begins the description of an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder() => CreateBuilder([]);

    /// <summary>Begins the description of an application.</summary>
    /// <param name="args">Command line: <c>--key value</c> pairs become settings.</param>
    public static IDistributedApplicationBuilder CreateBuilder(string[] args)
    {
        if (AppHostUnderTest.Current is { } test)
            return test.CreateBuilder(args);
        StartupErrors.Watch();
        return new LocalApplicationBuilder(args, Assembly.GetEntryAssembly());
    }

    /// <summary>Begins the description of an application.</summary>
    public static IDistributedApplicationBuilder CreateBuilder(DistributedApplicationOptions options) =>
        CreateBuilder(options.Args ?? []);

    /// <summary>Starts the resources; returns before they are healthy.</summary>
    /// <exception cref="DistributedApplicationException">It cannot start; the message lists every reason.</exception>
    public Task StartAsync(CancellationToken cancellationToken = default) => host.StartAsync(cancellationToken);

    /// <summary>Ends the resources; returns when their processes have ended.</summary>
    public Task StopAsync(CancellationToken cancellationToken = default) => host.StopAsync(cancellationToken);

    /// <summary>Runs until somebody asks for the end, or until it cannot go on; then the exit code is 1.</summary>
    public async Task RunAsync(CancellationToken cancellationToken = default)
    {
        if (isRunByTest)
            await WaitForEndAsync();
        else if (Services.GetRequiredService<DistributedApplicationExecutionContext>().IsPublishMode)
            await PublishAsync();
        else
            await RunHereAsync(cancellationToken);
    }

    /// <summary>Runs until somebody asks for the end.</summary>
    public void Run() => RunAsync().GetAwaiter().GetResult();

    /// <inheritdoc/>
    public void Dispose()
    {
        host.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (isRunByTest)
            await StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private async Task RunHereAsync(CancellationToken cancellationToken)
    {
        try
        {
            var orchestrator = Services.GetRequiredService<Orchestrator>();
            // Before the host starts: that one would tell what is wrong a second time, with stack traces.
            orchestrator.Prepare();
            using var parent = ParentWatch.Start(Services);
            await host.RunAsync(cancellationToken);
            if (orchestrator.Failure is { } failure)
                StartupErrors.Tell(
                    $"'{failure.Name}' did not start. {failure.Reason}{Environment.NewLine}"
                        + "How to find the cause: docs/operations/unhealthy-service.md"
                );
        }
        catch (DistributedApplicationException e)
        {
            StartupErrors.Tell(e.Message);
        }
    }

    private async Task PublishAsync()
    {
        try
        {
            await Services.GetRequiredService<ManifestWriter>().WriteAsync();
        }
        catch (DistributedApplicationException e)
        {
            StartupErrors.Tell(e.Message);
        }
    }

    private Task WaitForEndAsync()
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopped.Register(ended.SetResult);
        return ended.Task;
    }
}
