using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Quarry.Tests.Tidy;

/// <summary>Policies are functions of what they are told and when: the simulator can only trust them if they are.</summary>
public class PolicyPurityTests
{
    private const string Policies = "services/Quarry.Policies/";

    /// <summary>Ways to a clock, a disk, a socket, another thread, chance, or the machine.</summary>
    private static readonly string[] Outside =
    [
        "Now",
        "UtcNow",
        "Today",
        "TimeProvider",
        "Stopwatch",
        "Timer",
        "File",
        "FileInfo",
        "FileStream",
        "Directory",
        "Stream",
        "Socket",
        "HttpClient",
        "Task",
        "ValueTask",
        "Thread",
        "ThreadPool",
        "Random",
        "Guid",
        "Environment",
        "Process",
        "Console",
    ];

    [Fact]
    public void A_policy_touches_no_clock_disk_or_socket() =>
        Findings.None(
            CSharpSources
                .All<SimpleNameSyntax>(Policies)
                .Where(n => Outside.Contains(n.Node.Identifier.ValueText, StringComparer.Ordinal))
                .Select(n => $"{CSharpSources.Place(n.File, n.Node)} uses {n.Node.Identifier.ValueText}")
        );

    [Fact]
    public void There_are_policies_to_look_at() =>
        Assert.Contains(
            CSharpSources.All<ClassDeclarationSyntax>(Policies),
            c => c.Node.Identifier.ValueText == "BufferedPolicy"
        );
}
