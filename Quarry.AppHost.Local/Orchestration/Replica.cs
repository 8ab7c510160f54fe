using Quarry.AppHost.Local.Processes;

namespace Quarry.AppHost.Local.Orchestration;

/// <summary>One of the processes that share a resource's work.</summary>
/// <param name="Process">The process.</param>
/// <param name="Ports">Port on which it listens, for each endpoint name.</param>
internal sealed record Replica(SupervisedProcess Process, IReadOnlyDictionary<string, int> Ports);
