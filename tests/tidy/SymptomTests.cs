namespace Quarry.Tests.Tidy;

/// <summary>Pages for symptoms are found from the message, and all answer the same four questions.</summary>
public class SymptomTests
{
    private const string Folder = "docs/operations/";
    private static readonly string[] Questions = ["What you see", "Why", "How to check", "What to do"];
    private static readonly string[] Rooms =
    [
        "services/",
        "web/",
        "executor-node/src/",
        "Quarry.AppHost",
        "Quarry.ServiceDefaults/",
    ];

    private static List<string> Pages =>
        [.. SourceTree.WithExtension(".md").Where(f => f.StartsWith(Folder, StringComparison.Ordinal))];

    private static IEnumerable<string> Symptoms =>
        Pages.Where(p => Headings(p).Contains(Questions[0]) && Path.GetFileName(p) != "README.md");

    [Fact]
    public void A_symptom_page_answers_four_questions_in_order() =>
        Findings.None(Symptoms.Where(p => !Headings(p).SequenceEqual(Questions)));

    [Fact]
    public void A_message_of_the_product_names_each_symptom_page()
    {
        var code = SourceTree
            .WithExtension(".cs", ".ts", ".razor")
            .Where(f => Rooms.Any(r => f.StartsWith(r, StringComparison.Ordinal)))
            .Select(SourceTree.Read)
            .ToList();
        Findings.None(Symptoms.Where(p => !code.Exists(text => text.Contains(p, StringComparison.Ordinal))));
    }

    [Fact]
    public void The_list_names_every_page()
    {
        var list = SourceTree.Read($"{Folder}README.md");
        Findings.None(
            Pages
                .Select(p => p[Folder.Length..])
                .Where(p => p != "README.md" && !list.Contains($"({p})", StringComparison.Ordinal))
        );
    }

    private static List<string> Headings(string page) =>
        [.. SourceTree.Lines(page).Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..])];
}
