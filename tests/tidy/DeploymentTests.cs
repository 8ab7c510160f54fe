using System.Text.RegularExpressions;

namespace Quarry.Tests.Tidy;

/// <summary>What deployments set must be what the programs read: nothing else tells when a setting changes its name.</summary>
public partial class DeploymentTests
{
    private const string Guide = "docs/operations/deployment.md";
    private const int MatchWithinMs = 10_000;
    private const string ComposeVariables = "deploy/compose.env.example";

    private static readonly Dictionary<string, string> SettingsOfSection = new()
    {
        ["Runner"] = "services/Quarry.Runner/Hosting/RunnerSettings.cs",
        ["Lode"] = "services/Quarry.Lode/LodeOptions.cs",
    };

    private static readonly string[] ProgramFolders =
    [
        "services/",
        "web/",
        "Quarry.ServiceDefaults/",
        "executor-node/src/",
    ];

    private static readonly char[] Quotes = ['"', '\'', '`'];

    public static TheoryData<string, string> Variables =>
        [
            .. Files.SelectMany(file =>
                Variable().Matches(SourceTree.Read(file)).Select(m => (file, m.Value)).Distinct()
            ),
        ];

    private static IEnumerable<string> Files =>
        SourceTree.Files.Where(f => f.StartsWith("deploy/", StringComparison.Ordinal) || f == Guide);

    [Theory]
    [MemberData(nameof(Variables))]
    public void A_variable_that_a_deployment_sets_is_one_that_a_program_reads(string file, string variable) =>
        Assert.True(IsRead(variable), $"{file} sets {variable}, which no program reads");

    [Fact]
    public void A_deployment_listens_and_calls_on_the_same_ports()
    {
        foreach (var file in (string[])["deploy/compose.yaml", "deploy/helm/quarry/templates/runner.yaml"])
        {
            var address = GrpcAddress().Match(SourceTree.Read(file));
            Assert.True(address.Success, $"{file} does not say where appends go");
            Assert.Contains(
                $"QUARRY_GRPC_PORT={address.Groups["port"].Value} ",
                SourceTree.Read("deploy/docker/lode.Dockerfile")
            );
        }
    }

    private static bool IsRead(string variable)
    {
        var parts = variable.Split("__");
        if (SettingsOfSection.TryGetValue(parts[0], out var settings))
            return SourceTree.Read(settings).Contains($" {parts[1]} {{ get; init; }}", StringComparison.Ordinal);
        return SourceTree.Read(ComposeVariables).Contains($"{variable}=", StringComparison.Ordinal)
            || ProgramsName(variable);
    }

    private static bool ProgramsName(string variable) =>
        SourceTree
            .WithExtension(".cs", ".ts")
            .Where(f => ProgramFolders.Any(folder => f.StartsWith(folder, StringComparison.Ordinal)))
            .Select(SourceTree.Read)
            .Any(text => Quotes.Any(quote => text.Contains($"{quote}{variable}{quote}", StringComparison.Ordinal)));

    [GeneratedRegex(@"\bQUARRY_[A-Z_]+[A-Z]\b|\b(?:Runner|Lode)__\w+", RegexOptions.ExplicitCapture, MatchWithinMs)]
    private static partial Regex Variable();

    [GeneratedRegex(
        @"QUARRY_LODE_GRPC\s*:?\s+(value: )?http://.*:(?<port>\d+)",
        RegexOptions.ExplicitCapture,
        MatchWithinMs
    )]
    private static partial Regex GrpcAddress();
}
