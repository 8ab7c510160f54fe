namespace Quarry.Dashboard.Services;

/// <summary>A service behind this door, by the name that discovery knows.</summary>
/// <param name="Name">Name of the resource.</param>
/// <param name="Title">What people call it.</param>
internal sealed record Service(string Name, string Title)
{
    /// <summary>Stores events and answers queries.</summary>
    public static readonly Service Lode = new("lode", "Lode writer");

    /// <summary>Launches, ends and follows runs.</summary>
    public static readonly Service Runner = new("runner", "runner");

    /// <summary>All of them.</summary>
    public static readonly IReadOnlyList<Service> All = [Lode, Runner];

    /// <summary>Address that service discovery resolves.</summary>
    public string Address => $"https+http://{Name}";
}
