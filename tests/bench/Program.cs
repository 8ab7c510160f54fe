using System.Text.Json;
using Quarry.Bench;

// quarry bench: each case against its peer, A B B A, at least five rounds, medians and spread; JSON to a file on demand.
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
var chosen = args.Where(cases.ContainsKey).ToArray();
var results = new List<Comparison>();
Console.WriteLine($"load before: {Load()}");
foreach (var id in chosen.Length > 0 ? chosen : [.. cases.Keys])
{
    var result = await cases[id]();
    results.Add(result);
    Console.WriteLine(result.Describe());
}
Console.WriteLine($"load after: {Load()}");
if (args.FirstOrDefault(a => a.EndsWith(".json", StringComparison.Ordinal)) is { } file)
    await File.WriteAllTextAsync(file, JsonSerializer.Serialize(results, Quarry.Contracts.QuarryJson.Indented));

static string Load() => File.Exists("/proc/loadavg") ? File.ReadAllText("/proc/loadavg").Trim() : "not known here";
