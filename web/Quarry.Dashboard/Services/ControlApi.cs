using System.Net.Http.Headers;
using Quarry.ServiceDefaults;

namespace Quarry.Dashboard.Services;

/// <summary>A resource of the application, as its host shows it.</summary>
public sealed record ResourceView
{
    /// <summary>Its name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is: Project, Redis, NodeApp or Executable.</summary>
    public required string Kind { get; init; }

    /// <summary>Where it is in its life.</summary>
    public required string State { get; init; }

    /// <summary>Healthy or Unhealthy; null when it does not run.</summary>
    public string? Health { get; init; }

    /// <summary>Why it is as it is; null when there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>What is used instead of the real thing, and how to have that; null when it is the real thing.</summary>
    public string? StandIn { get; init; }

    /// <summary>Where it listens.</summary>
    public IReadOnlyList<ResourceEndpoint> Endpoints { get; init; } = [];

    /// <summary>Its processes.</summary>
    public IReadOnlyList<int> ProcessIds { get; init; } = [];

    /// <summary>When its process started.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>How its process ended; null while it runs.</summary>
    public int? ExitCode { get; init; }

    /// <summary>Resources whose address or connection string it gets.</summary>
    public IReadOnlyList<string> References { get; init; } = [];

    /// <summary>Resources that have to be ready before it starts.</summary>
    public IReadOnlyList<string> WaitsFor { get; init; } = [];

    /// <summary>Variables that it gets on top of the host's own.</summary>
    public IReadOnlyList<ResourceVariable> Environment { get; init; } = [];

    /// <summary>Whether it can be started and stopped.</summary>
    public bool HasProcess { get; init; }

    /// <summary>Class of its state on a page: good, bad, or empty while there is nothing to say.</summary>
    public string Tone =>
        this switch
        {
            { Health: "Healthy" } => "good",
            { Health: "Unhealthy" } or { Reason: not null, ExitCode: > 0 } => "bad",
            _ => "",
        };
}

/// <summary>A variable of a resource.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; null when the host keeps it back.</param>
/// <param name="IsSecret">Whether the host keeps it back.</param>
public sealed record ResourceVariable(string Name, string? Value, bool IsSecret);

/// <summary>An address on which a resource listens.</summary>
/// <param name="Name">Name of the endpoint.</param>
/// <param name="Url">The address.</param>
public sealed record ResourceEndpoint(string Name, string Url);

/// <summary>Lines that a resource wrote, oldest first.</summary>
/// <param name="Lines">The lines.</param>
/// <param name="Next">Number to ask after for what comes next.</param>
/// <param name="Skipped">Lines after the asked number that are not kept any more.</param>
public sealed record ResourceLog(IReadOnlyList<ResourceLine> Lines, long Next, long Skipped);

/// <summary>One line.</summary>
/// <param name="Number">Counts from 1.</param>
/// <param name="At">When it came.</param>
/// <param name="IsError">Whether it came from standard error.</param>
/// <param name="Text">The line.</param>
public sealed record ResourceLine(long Number, DateTimeOffset At, bool IsError, string Text);

/// <summary>The application host's view of its resources; there only where the host tells this service how to ask.</summary>
internal sealed class ControlApi(ServiceCaller caller, IConfiguration configuration)
{
    /// <summary>Variable with the address of the host's control API.</summary>
    public const string AddressVariable = "QUARRY_CONTROL_URL";

    /// <summary>Variable with the token it asks for.</summary>
    public const string TokenVariable = "QUARRY_CONTROL_TOKEN";

    /// <summary>Variable with the address of Aspire's dashboard, where that is what shows the resources.</summary>
    public const string AspireDashboardVariable = "QUARRY_ASPIRE_DASHBOARD";

    /// <summary>Most lines that are shown of a resource.</summary>
    public const int LinesMax = 500;

    private static readonly Service Host = new("control", "application host");

    /// <summary>Whether the host can be asked.</summary>
    public bool IsThere => !string.IsNullOrEmpty(configuration[AddressVariable]);

    /// <summary>Address of Aspire's dashboard; null when it is not known.</summary>
    public Uri? AspireDashboard =>
        Uri.TryCreate(configuration[AspireDashboardVariable], UriKind.Absolute, out var address)
        && address.Scheme is "http" or "https"
            ? address
            : null;

    public Task<List<ResourceView>> ResourcesAsync(CancellationToken cancellation) =>
        caller.GetAsync<List<ResourceView>>(Host, "/resources", cancellation);

    public Task<ResourceLog> LogAsync(string resource, CancellationToken cancellation) =>
        caller.GetAsync<ResourceLog>(Host, $"{PathOf(resource)}/logs?after=0&limit=100000", cancellation);

    /// <summary>Ends the resource's processes and starts it again; answers when that is done.</summary>
    public Task RestartAsync(string resource, CancellationToken cancellation) =>
        caller.PostAsync(Host, $"{PathOf(resource)}/restart", cancellation);

    /// <summary>Ends the resource's processes; answers when they have ended.</summary>
    public Task StopAsync(string resource, CancellationToken cancellation) =>
        caller.PostAsync(Host, $"{PathOf(resource)}/stop", cancellation);

    /// <summary>Starts a resource that was stopped; answers when that is done.</summary>
    public Task StartAsync(string resource, CancellationToken cancellation) =>
        caller.PostAsync(Host, $"{PathOf(resource)}/start", cancellation);

    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ControlApi>();
        services.AddServiceClient(
            Host.Name,
            (provider, client) =>
            {
                var configuration = provider.GetRequiredService<IConfiguration>();
                client.BaseAddress = new Uri(configuration[AddressVariable]!);
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                    "Bearer",
                    configuration[TokenVariable]
                );
            }
        );
    }

    private static string PathOf(string resource) => $"/resources/{Uri.EscapeDataString(resource)}";
}
