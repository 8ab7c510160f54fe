namespace Quarry.Contracts.Api;

/// <summary>One page of a listing.</summary>
/// <param name="Items">The rows.</param>
/// <param name="NextCursor">Where the next page starts; null on the last one.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor = null);
