using System.Text.RegularExpressions;

namespace Quarry.Tests.Tidy;

/// <summary>The page of settings says what the programs read: its tables come from the settings' own source.</summary>
public partial class ConfigurationTests
{
    private const string Page = "docs/operations/configuration.md";

    /// <summary>Set to 1 to write the tables instead of comparing them.</summary>
    private const string WriteVariable = "WRITE_DOCS";

    private const int MatchWithinMs = 10_000;

    private static readonly string[] Programs =
    [
        "services/",
        "web/",
        "Quarry.ServiceDefaults/",
        "Quarry.AppHost/",
        "Quarry.AppHost.Local/",
        "executor-node/src/",
    ];

    /// <summary>The Lode writer decides this one itself.</summary>
    private static readonly string[] NotSettings = ["CloseAbandonedRuns"];

    public static TheoryData<string, string> Sections =>
        new()
        {
            { "Runner", "services/Quarry.Runner/Hosting/RunnerSettings.cs" },
            { "Executors", "services/Quarry.Runner/Executors/ExecutorPoolSettings.cs" },
            { "Browsers", "services/Quarry.Runner/Browsers/BrowserPoolSettings.cs" },
            { "Lode", "services/Quarry.Lode/LodeOptions.cs" },
            { "PolicyQueue", "services/Quarry.Streams/PolicyQueues/PolicyQueueLimits.cs" },
        };

    [Theory]
    [MemberData(nameof(Sections))]
    public void The_table_of_a_section_is_what_its_source_says(string section, string file)
    {
        string[] lines =
        [
            "| variable | default | meaning |",
            "| --- | --- | --- |",
            .. SettingsRecord.Rows(section, file, NotSettings),
        ];
        Assert.True(lines.Length > 2, $"{file} has no settings");
        var page = SourceTree.Read(Page);
        var table = Table(section).Match(page);
        Assert.True(table.Success, $"{Page} has no place for the section {section}");
        var expected = string.Join('\n', lines);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
            Write(page[..table.Index] + expected + page[(table.Index + table.Length)..]);
        else
            Assert.Equal(expected, table.Value);
    }

    [Fact]
    public void Every_variable_that_a_program_reads_is_on_the_page_and_no_other()
    {
        var read = SourceTree
            .WithExtension(".cs", ".ts")
            .Where(f => Programs.Any(folder => f.StartsWith(folder, StringComparison.Ordinal)))
            .SelectMany(f => Quoted().Matches(SourceTree.Read(f)).Select(m => m.Groups["name"].Value))
            .ToHashSet();
        var named = Named().Matches(SourceTree.Read(Page)).Select(m => m.Groups["name"].Value).ToHashSet();
        Findings.None(read.Except(named).Select(v => $"{v} is read, but is not in {Page}"));
        Findings.None(named.Except(read).Select(v => $"{v} is in {Page}, but nothing reads it"));
    }

    private static void Write(string page) => File.WriteAllText(Path.Combine(SourceTree.Root, Page), page);

    private static Regex Table(string section) =>
        new(
            $@"(?<=<!-- settings of {section}[^\n]*-->\n).*?(?=\n<!-- end -->)",
            RegexOptions.Singleline,
            TimeSpan.FromMilliseconds(MatchWithinMs)
        );

    [GeneratedRegex("""["'`](?<name>QUARRY_[A-Z_]+)["'`]""", RegexOptions.ExplicitCapture, MatchWithinMs)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"`(?<name>QUARRY_[A-Z_]+)`", RegexOptions.ExplicitCapture, MatchWithinMs)]
    private static partial Regex Named();
}
