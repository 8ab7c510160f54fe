using System.Text.Json;
using Quarry.Bench;

// quarry bench: each case against its peer, A B B A, at least five rounds, medians and spread; JSON to a file on demand.
// Ids choose cases, all unless given; --list names them.
var cases = new Dictionary<string, Func<Task<Comparison>>>
{
    ["P3"] = ScanBench.RunAsync,
    ["P4"] = ValidateBench.RunAsync,
    ["P5"] = PipeBench.RunAsync,
    ["P6/1"] = new StrictBench(1).RunAsync,
    ["P6/8"] = new StrictBench(8).RunAsync,
    ["P6/64"] = new StrictBench(64).RunAsync,
    ["P7"] = LayoutBench.RunAsync,
    ["P8/append"] = new BufferedBench(isConsumed: false).RunAsync,
    ["P8/settle"] = new BufferedBench(isConsumed: true).RunAsync,
    ["P9"] = SettleBench.RunAsync,
    ["P12"] = QueryBench.RunAsync,
    ["P13/1000"] = new CatalogueBench(1_000).RunAsync,
    ["P13/1000000"] = new CatalogueBench(1_000_000).RunAsync,
    ["P13/growth"] = CatalogueGrowthBench.RunAsync,
    ["P16/strict"] = new EndToEndBench(isUntilProven: false, "strict").RunAsync,
    ["P16/buffered"] = new EndToEndBench(isUntilProven: false, "buffered").RunAsync,
    ["P16/streaming"] = new EndToEndBench(isUntilProven: false, "streaming", "--flush-count", "1000").RunAsync,
    ["P16/strict/proven"] = new EndToEndBench(isUntilProven: true, "strict").RunAsync,
    ["P16/buffered/proven"] = new EndToEndBench(isUntilProven: true, "buffered").RunAsync,
    ["P16/streaming/proven"] = new EndToEndBench(isUntilProven: true, "streaming", "--flush-count", "1000").RunAsync,
};
var timings = new Dictionary<string, Func<Task<Timing>>> { ["AppHost"] = AppHostBench.RunAsync };
string[] all = [.. cases.Keys, .. timings.Keys];
if (args.Contains("--list"))
{
    Console.WriteLine(string.Join(Environment.NewLine, all));
    return;
}
var chosen = args.Where(a => all.Contains(a)).ToArray();
var results = new List<object>();
Console.WriteLine($"load before: {Load()}");
foreach (var id in chosen.Length > 0 ? chosen : all)
{
    if (cases.TryGetValue(id, out var compare))
        Add(await compare(), c => c.Describe());
    else
        Add(await timings[id](), t => t.Describe());
}
Console.WriteLine($"load after: {Load()}");
if (args.FirstOrDefault(a => a.EndsWith(".json", StringComparison.Ordinal)) is { } file)
    await File.WriteAllTextAsync(file, JsonSerializer.Serialize(results, Quarry.Contracts.QuarryJson.Indented));

void Add<T>(T result, Func<T, string> describe)
    where T : notnull
{
    results.Add(result);
    Console.WriteLine(describe(result));
}

static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : "not known here";
