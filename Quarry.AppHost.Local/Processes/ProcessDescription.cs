namespace Quarry.AppHost.Local.Processes;

/// <summary>A process to start.</summary>
/// <param name="Program">Path of the program, or its name on PATH.</param>
/// <param name="Arguments">Its arguments; no secrets, everybody can read them.</param>
/// <param name="WorkingDirectory">Folder it runs in.</param>
/// <param name="Environment">Variables, on top of AppHost's own.</param>
internal sealed record ProcessDescription(
    string Program,
    IReadOnlyList<string> Arguments,
    string WorkingDirectory,
    IReadOnlyDictionary<string, string> Environment
)
{
    /// <summary>What is written to its standard input, which is then closed; null for nothing.</summary>
    public string? Input { get; init; }
}
