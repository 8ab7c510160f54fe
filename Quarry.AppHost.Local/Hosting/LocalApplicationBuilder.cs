using System.Reflection;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quarry.AppHost.Local.Control;
using Quarry.AppHost.Local.Notifications;
using Quarry.AppHost.Local.Orchestration;
using Quarry.AppHost.Local.Publishing;

namespace Quarry.AppHost.Local.Hosting;

/// <summary>Describes an application that the local back end runs, or writes as a manifest.</summary>
internal sealed class LocalApplicationBuilder : IDistributedApplicationBuilder
{
    private readonly HostApplicationBuilder host;
    private readonly ResourceCollection resources = [];

    /// <summary>Begins a description.</summary>
    /// <param name="args">Command line.</param>
    /// <param name="appHost">The AppHost.</param>
    public LocalApplicationBuilder(string[] args, Assembly? appHost)
    {
        AppHostAssembly = appHost;
        AppHostDirectory =
            LocalOptions.Metadata(appHost, LocalOptions.DirectoryMetadata) ?? Directory.GetCurrentDirectory();
        host = CreateHost(args, AppHostDirectory, appHost);
        var operation = ManifestRequest.IsMade(host.Configuration)
            ? DistributedApplicationOperation.Publish
            : DistributedApplicationOperation.Run;
        ExecutionContext = new(operation);
        AddLogging(host.Logging);
        AddServices(host.Services);
    }

    public ConfigurationManager Configuration => host.Configuration;

    public string AppHostDirectory { get; }

    public Assembly? AppHostAssembly { get; }

    public IHostEnvironment Environment => host.Environment;

    public IServiceCollection Services => host.Services;

    public DistributedApplicationExecutionContext ExecutionContext { get; }

    public IResourceCollection Resources => resources;

    /// <summary>What a test does when the AppHost builds the application; null outside of tests.</summary>
    internal Func<LocalApplicationBuilder, DistributedApplication>? Building { get; init; }

    public IResourceBuilder<T> AddResource<T>(T resource)
        where T : IResource
    {
        if (resources.Any(r => string.Equals(r.Name, resource.Name, StringComparison.OrdinalIgnoreCase)))
            throw new DistributedApplicationException(
                $"There is a resource '{resource.Name}' already; give this one another name."
            );
        if (!IsName(resource.Name))
            throw new DistributedApplicationException(
                $"'{resource.Name}' cannot name a resource: use a letter, then letters, digits and single dashes, at most 64."
            );
        resources.Add(resource);
        return CreateResourceBuilder(resource);
    }

    public IResourceBuilder<T> CreateResourceBuilder<T>(T resource)
        where T : IResource => new ResourceBuilder<T>(this, resource);

    public DistributedApplication Build() => Building is null ? BuildNow() : Building(this);

    /// <summary>Makes the application.</summary>
    internal DistributedApplication BuildNow()
    {
        if (!ExecutionContext.IsRunMode)
            return new(host.Build(), isRunByTest: Building is not null);
        // In this order: resources are told where the control API listens.
        Services.AddHostedService(p => p.GetRequiredService<ControlServer>());
        Services.AddHostedService(p => p.GetRequiredService<Orchestrator>());
        var application = new DistributedApplication(host.Build(), isRunByTest: Building is not null);
        ControlReader.Tell(resources, Configuration, application.Services.GetRequiredService<ControlServer>());
        return application;
    }

    private static HostApplicationBuilder CreateHost(string[] args, string folder, Assembly? appHost)
    {
        try
        {
            return Host.CreateApplicationBuilder(
                new HostApplicationBuilderSettings
                {
                    Args = args,
                    ContentRootPath = folder,
                    ApplicationName = appHost?.GetName().Name,
                }
            );
        }
        catch (InvalidDataException e)
        {
            throw new DistributedApplicationException(
                $"The settings of AppHost cannot be read: {e.Message} Repair that file, or delete it."
            );
        }
    }

    private static bool IsName(string name) =>
        name.Length is > 0 and <= 64
        && char.IsAsciiLetter(name[0])
        && name[^1] != '-'
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
        && !name.Contains("--", StringComparison.Ordinal);

    // Standard output belongs to the lines that people and scripts rely on.
    private static void AddLogging(ILoggingBuilder logging) =>
        logging
            .ClearProviders()
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddSimpleConsole(o => o.SingleLine = false)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o =>
                o.LogToStandardErrorThreshold = LogLevel.Trace
            );

    private void AddServices(IServiceCollection services)
    {
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(ExecutionContext);
        services.AddSingleton(Resources);
        services.AddSingleton(_ => LocalOptions.From(this));
        services.AddSingleton(OrchestrationOptions.From(Configuration));
        services.AddSingleton<ResourceStates>();
        services.AddSingleton(p => new ResourceNotificationService(p.GetRequiredService<ResourceStates>()));
        services.AddSingleton<Orchestrator>();
        services.AddSingleton<ControlServer>();
        services.AddSingleton<ManifestWriter>();
        services.Configure<HostOptions>(o => o.ShutdownTimeout = Timeout.InfiniteTimeSpan);
    }
}
