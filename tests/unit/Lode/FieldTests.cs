using System.Text;
using System.Text.Json;
using Quarry.Contracts;
using Quarry.Lode.Fields;

namespace Quarry.Tests.Unit.Lode;

/// <summary>Statistics of fields against a naive count of the same items (CONTRACT_LODE rule 32).</summary>
public sealed class FieldTests(ITestOutputHelper output) : IDisposable
{
    private readonly LodeFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Statistics_are_those_of_a_naive_count()
    {
        var random = new Random(Seeds.Next(output));
        var items = Enumerable.Range(0, 500).Select(_ => Item(random)).ToList();
        var collector = new FieldCollector();
        foreach (var item in items)
            collector.Add("t"u8, Payload(item));
        var fields = Assert.Single(collector.Report("r").ItemTypes);
        Assert.Equal(500, fields.Items);
        Assert.Equal(items.SelectMany(i => i.Keys).Distinct(), fields.Fields.Select(f => f.Name));
        foreach (var field in fields.Fields)
        {
            var values = items.Where(i => i.ContainsKey(field.Name)).Select(i => i[field.Name]).ToList();
            var filled = values.OfType<object>().ToList();
            Assert.Equal(filled.Count, field.Filled);
            Assert.Equal(filled.Count / 500.0, field.FillRate);
            Assert.Equal(filled.Distinct().Count(), field.Distinct);
            Assert.Equal(values.Count, field.Types.Values.Sum());
            if (filled.TrueForAll(v => v is int))
                Assert.Equal(($"{filled.Min()}", $"{filled.Max()}"), (field.Min, field.Max));
            else if (filled.TrueForAll(v => v is string))
                Assert.Equal(
                    (
                        filled.Cast<string>().Min(StringComparer.Ordinal),
                        filled.Cast<string>().Max(StringComparer.Ordinal)
                    ),
                    (field.Min, field.Max)
                );
        }
    }

    [Theory]
    [InlineData(DistinctCount.ExactMax, 0)]
    [InlineData(DistinctCount.ExactMax + 1, 0.05)]
    [InlineData(10_000, 0.05)]
    [InlineData(1_000_000, 0.05)]
    public void Distinct_values_are_exact_while_they_are_few_and_within_bounds_beyond(int values, double error)
    {
        var count = new DistinctCount();
        for (var n = 0; n < values; n++)
        {
            count.Add(Encoding.UTF8.GetBytes($"value {n}"));
            count.Add(Encoding.UTF8.GetBytes($"value {n / 2}"));
        }
        Assert.InRange(count.Count, values * (1 - error), values * (1 + error));
    }

    [Fact]
    public void Fields_and_item_types_beyond_the_limits_are_counted_and_not_looked_at()
    {
        var collector = new FieldCollector();
        for (var n = 0; n <= Limits.FieldsPerRunMax; n++)
            collector.Add("wide"u8, Payload(new() { [$"f{n}"] = n }));
        for (var n = 1; n <= Limits.FieldItemTypesMax; n++)
            collector.Add(Encoding.UTF8.GetBytes($"type-{n}"), Payload(new() { ["f"] = n }));
        var report = collector.Report("r");
        Assert.Equal((Limits.FieldItemTypesMax, 1), (report.ItemTypes.Count, report.ItemsBeyond));
        var wide = report.ItemTypes.Single(t => t.ItemType == "wide");
        Assert.Equal((Limits.FieldsPerRunMax, 1), (wide.Fields.Count, wide.ValuesBeyond));
    }

    [Fact]
    public async Task They_are_stored_when_a_run_is_settled_and_only_for_items()
    {
        await using var lode = await folder.OpenAsync();
        var run = await LodeFolder.WriteClosedAsync(lode);
        Assert.Null(await lode.Reader.FieldsAsync(run, default));
        Assert.True(await lode.Settler.SettleAsync(run, default));
        var report = (await lode.Reader.FieldsAsync(run, default))!;
        Assert.Equal(
            (run.RunId, "t", 20L),
            (report.RunId, report.ItemTypes.Single().ItemType, report.ItemTypes[0].Items)
        );
    }

    private static byte[] Payload(Dictionary<string, object?> data) =>
        JsonSerializer.SerializeToUtf8Bytes(new { item_type = "t", data });

    private static Dictionary<string, object?> Item(Random random)
    {
        var item = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (random.Next(10) > 0)
            item["number"] = random.Next(-50, 50);
        if (random.Next(4) > 0)
            item["text"] = random.Next(3) == 0 ? null : $"\u00fc{random.Next(100)}";
        if (random.Next(2) > 0)
            item["mixed"] = random.Next(2) == 0 ? random.Next(5) : $"{random.Next(5)}";
        return item;
    }
}
