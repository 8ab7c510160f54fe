using Quarry.AppHost.Local.Testing;

namespace Aspire.Hosting.Testing;

/// <summary>Starts an AppHost from a test.</summary>
public static class DistributedApplicationTestingBuilder
{
    /// <summary>Runs the AppHost up to its Build; fixed ports are ignored.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost, for example <c>Projects.Quarry_AppHost</c>.</typeparam>
    public static Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        CancellationToken cancellationToken = default
    )
        where TEntryPoint : class => CreateAsync<TEntryPoint>([], cancellationToken);

    /// <summary>Runs the AppHost up to its Build; fixed ports are ignored.</summary>
    /// <typeparam name="TEntryPoint">A type of the AppHost, for example <c>Projects.Quarry_AppHost</c>.</typeparam>
    /// <param name="args">Command line of the AppHost.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<IDistributedApplicationTestingBuilder> CreateAsync<TEntryPoint>(
        string[] args,
        CancellationToken cancellationToken = default
    )
        where TEntryPoint : class
    {
        var (appHost, builder) = await AppHostUnderTest.StartAsync(
            typeof(TEntryPoint).Assembly,
            args,
            cancellationToken
        );
        return new TestingBuilder(appHost, builder);
    }
}

/// <summary>The description of an AppHost's application, in the hands of a test.</summary>
public interface IDistributedApplicationTestingBuilder : IDistributedApplicationBuilder, IAsyncDisposable, IDisposable
{
    /// <summary>Makes the application; the test starts it.</summary>
    Task<DistributedApplication> BuildAsync(CancellationToken cancellationToken = default);
}
