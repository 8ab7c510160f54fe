namespace Quarry.AppHost;

/// <summary>
/// Prints the two lines that people and scripts rely on, when everything is healthy:
/// <c>quarry: dashboard URL</c> and <c>quarry: api URL key=KEY</c>, on standard output.
/// </summary>
/// <param name="notifications">Says when resources are healthy.</param>
/// <param name="announced">What is printed.</param>
internal sealed class AddressAnnouncement(ResourceNotificationService notifications, AnnouncedAddress announced)
    : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(
                announced.WaitFor.Select(n => notifications.WaitForResourceHealthyAsync(n, stoppingToken))
            );
        }
        catch (DistributedApplicationException)
        {
            // A resource failed: whoever watches the resources says so, and there is no address to print.
            return;
        }
        var token = await announced.SignInToken.GetValueAsync(stoppingToken);
        var key = await announced.ApiKey.GetValueAsync(stoppingToken);
        var url = announced.Dashboard.Url;
        await Console.Out.WriteLineAsync(
            $"quarry: dashboard {url}/?token={token}{Environment.NewLine}quarry: api {url}/api/v1 key={key}"
        );
    }
}

/// <summary>What <see cref="AddressAnnouncement"/> prints, and when.</summary>
/// <param name="Dashboard">The address.</param>
/// <param name="SignInToken">What signs in on the page.</param>
/// <param name="ApiKey">What programs send.</param>
/// <param name="WaitFor">Resources that must be healthy first.</param>
internal sealed record AnnouncedAddress(
    EndpointReference Dashboard,
    ParameterResource SignInToken,
    ParameterResource ApiKey,
    IReadOnlyList<string> WaitFor
);

/// <summary>Adds the announcement.</summary>
internal static class AddressAnnouncementExtensions
{
    /// <summary>Prints the address of the dashboard when the resources are healthy.</summary>
    public static void AddAddressAnnouncement(
        this IDistributedApplicationBuilder builder,
        IResourceBuilder<ProjectResource> dashboard,
        IResourceBuilder<ParameterResource> signInToken,
        IResourceBuilder<ParameterResource> apiKey,
        params string[] waitFor
    )
    {
        builder.Services.AddSingleton(
            new AnnouncedAddress(dashboard.GetEndpoint("http"), signInToken.Resource, apiKey.Resource, waitFor)
        );
        builder.Services.AddHostedService<AddressAnnouncement>();
    }
}
