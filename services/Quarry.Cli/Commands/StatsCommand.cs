using System.CommandLine;
using System.Globalization;
using Quarry.Cli.Output;
using Quarry.Contracts.Api;
using Quarry.Lode;
using Spectre.Console;

namespace Quarry.Cli.Commands;

/// <summary>
/// <c>quarry stats fields</c>: what the fields of items hold, of a run, or side by side of the last runs of a source: a site
/// that changed its layout shows as a fill rate that fell.
/// </summary>
internal static class StatsCommand
{
    private const int DefaultRuns = 5;

    public static Command Create()
    {
        var run = new Option<string?>("--run") { Description = "One run, in detail.", HelpName = "RUN" };
        var source = new Option<string?>("--source")
        {
            Description = "Fill rates of the last runs of a source, side by side.",
            HelpName = "SOURCE",
        };
        var last = new Option<int>("--last") { Description = "How many runs.", DefaultValueFactory = _ => DefaultRuns };
        var storage = SharedOptions.Storage();
        var format = SharedOptions.Format();
        var fields = new Command("fields", "Fill rate, types and range of each field of items.")
        {
            run,
            source,
            last,
            storage,
            format,
        };
        fields.SetAction(
            async (parsed, cancellation) =>
            {
                var root = parsed.GetValue(storage)!;
                if (parsed.GetValue(run) is null == parsed.GetValue(source) is null)
                    throw new UsageException("Say which: --run RUN or --source SOURCE.");
                await using var lode = await OpenedStorage.OpenAsync(root);
                var reports = parsed.GetValue(run) is { } id
                    ? await OfRunAsync(lode, id, root, cancellation)
                    : await OfSourceAsync(lode, parsed.GetValue(source)!, parsed.GetValue(last), cancellation);
                if (parsed.GetValue(format) == "json")
                    JsonOutput.Write(Console.Out, reports);
                else if (parsed.GetValue(run) is not null)
                    WriteRun(reports[0]);
                else
                    WriteRuns(reports);
                return ExitCodes.Ok;
            }
        );
        return new Command("stats", "Figures about what is stored.") { fields };
    }

    private static async Task<List<FieldReport>> OfRunAsync(
        LodeStore lode,
        string id,
        string root,
        CancellationToken cancellation
    )
    {
        var run = await OpenedStorage.FindAsync(lode, id, root);
        return await lode.Reader.FieldsAsync(run, cancellation) is { } report
            ? [report]
            : throw new UsageException($"Run '{id}' has no fields to show: it is not settled, or has no items.");
    }

    private static async Task<List<FieldReport>> OfSourceAsync(
        LodeStore lode,
        string source,
        int last,
        CancellationToken cancellation
    )
    {
        if (last < 1)
            throw new UsageException("--last must be 1 or more.");
        var runs = await lode
            .Reader.RunsAsync(cancellation)
            .Where(r => r.Source == source && r.IsDone && r.Deleted is null)
            .ToListAsync(cancellation);
        var reports = new List<FieldReport>();
        foreach (var run in runs.OrderByDescending(r => r.QueuedAt))
        {
            if (reports.Count < last && await lode.Reader.FieldsAsync(run, cancellation) is { } report)
                reports.Add(report);
        }
        return reports;
    }

    private static void WriteRun(FieldReport report)
    {
        var table = Table("item type", "field", "filled", "types", "distinct", "min", "max");
        foreach (var type in report.ItemTypes)
        foreach (var field in type.Fields)
            _ = table.AddRow(
                Cell(type.ItemType),
                Cell(field.Name),
                Share(field.FillRate),
                Cell(string.Join(" ", field.Types.Select(t => t.Key))),
                Numbers.Count(field.Distinct),
                Cell(field.Min ?? ""),
                Cell(field.Max ?? "")
            );
        AnsiConsole.Write(table);
    }

    private static void WriteRuns(List<FieldReport> reports)
    {
        if (reports.Count == 0)
        {
            Console.WriteLine("There are no settled runs with items of this source yet.");
            return;
        }
        var table = Table(["item type", "field", .. reports.Select(r => r.RunId)]);
        var rates = reports.Select(Rates).ToList();
        foreach (var field in rates.SelectMany(r => r.Keys).Distinct())
            _ = table.AddRow([
                Cell(field.ItemType),
                Cell(field.Name),
                .. rates.Select(r => r.TryGetValue(field, out var rate) ? Share(rate) : "-"),
            ]);
        AnsiConsole.Write(table);
    }

    private static Dictionary<(string ItemType, string Name), double> Rates(FieldReport report) =>
        report
            .ItemTypes.SelectMany(type =>
                type.Fields.Select(field => (Key: (type.ItemType, field.Name), field.FillRate))
            )
            .ToDictionary(field => field.Key, field => field.FillRate);

    private static Table Table(params string[] columns) =>
        new Table().Border(TableBorder.None).AddColumns([.. columns.Select(Cell)]);

    private static string Cell(string text) => Markup.Escape(Printable.Of(text));

    private static string Share(double rate) => rate.ToString("0.0 %", CultureInfo.InvariantCulture);
}
