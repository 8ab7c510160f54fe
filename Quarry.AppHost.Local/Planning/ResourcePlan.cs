using Aspire.Hosting.ApplicationModel;

namespace Quarry.AppHost.Local.Planning;

/// <summary>What was decided about one resource before anything starts.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="Replicas">How many processes share its work; 0 when it has none of its own.</param>
internal sealed record ResourcePlan(IResource Resource, int Replicas) : IDisposable
{
    /// <summary>Its name.</summary>
    public string Name => Resource.Name;

    /// <summary>Its endpoints.</summary>
    public IReadOnlyList<EndpointAnnotation> Endpoints => [.. Resource.Annotations.OfType<EndpointAnnotation>()];

    /// <summary>What it waits for.</summary>
    public IReadOnlyList<WaitCondition> Waits => [.. Resource.Annotations.OfType<WaitCondition>()];

    /// <summary>What is used instead of the real thing, and how to get that; null when it is the real thing.</summary>
    public string? StandIn { get; init; }

    /// <summary>How to start the application without the resource; null when it needs it.</summary>
    public string? Without { get; init; }

    /// <summary>Ports that are held until the resource starts.</summary>
    public List<PortReservation> Reservations { get; } = [];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var reservation in Reservations)
            reservation.Dispose();
        Reservations.Clear();
    }
}
