using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Quarry.Catalogue;
using Quarry.Catalogue.Places;
using Quarry.Contracts.Api;
using Quarry.Contracts.Runs;

namespace Quarry.Bench;

/// <summary>
/// How lists and searches grow from 1,000 to 1,000,000 runs: the 95th percentile of each kind of question, asked of both in
/// turn. The figure of the whole is that of the kind that grows most.
/// </summary>
internal static class CatalogueGrowthBench
{
    private const int Few = 1_000;
    private const int Many = 1_000_000;
    private const int Rounds = 60;

    private static readonly Dictionary<string, Func<int, RunQuery>> Kinds = new()
    {
        ["newest"] = _ => new(),
        ["a source's successes"] = n => new() { Source = $"s{n}", Outcome = RunOutcome.Success },
        ["an outcome that none has"] = _ => new() { Outcome = RunOutcome.Lost },
        ["a job"] = n => new() { JobId = $"job-{n}" },
        ["a label"] = n => new() { Label = $"team=t{n}" },
        ["a text that one run has"] = n => new() { Text = $"run-{n + 1:d9}" },
        ["a text that one of 1,000 has"] = n => new() { Text = $"script-{n:d5}" },
        ["a text that all have"] = _ => new() { Text = "script" },
        ["a text that none has"] = _ => new() { Text = "nowhere" },
    };

    public static async Task<Comparison> RunAsync()
    {
        await using var few = await OpenAsync(Few);
        await using var many = await OpenAsync(Many);
        var worst = (Kind: "", Few: 1.0, Many: 0.0);
        foreach (var (kind, ask) in Kinds)
        {
            var (fewMs, manyMs) = (new List<double>(), new List<double>());
            for (var n = 0; n < Rounds; n++)
            {
                fewMs.Add(await TimeAsync(few, ask(n)));
                manyMs.Add(await TimeAsync(many, ask(n)));
            }
            var (one, other) = (Percentile95(fewMs), Percentile95(manyMs));
            Console.WriteLine(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"  {kind}: p95 {one:0.00} ms of {Few:N0}, {other:0.00} ms of {Many:N0}, {other / one:0.00}x"
                )
            );
            if (other / one > worst.Many / worst.Few)
                worst = (kind, one, other);
        }
        return new(
            "P13/growth",
            $"p95 of '{worst.Kind}', which grows most",
            $"{Many:N0} runs",
            $"{Few:N0} runs",
            "query",
            1_000 / worst.Many,
            1_000 / worst.Few,
            worst.Few / worst.Many,
            worst.Few / worst.Many,
            worst.Few / worst.Many,
            0,
            "0.5x"
        );
    }

    private static async Task<CatalogueConnection> OpenAsync(int runs) =>
        new(
            CataloguePlace.Of(null, Path.GetDirectoryName(await CatalogueBench.WriteAsync(runs))!),
            () => throw new InvalidOperationException("the log is not read"),
            NullLoggerFactory.Instance
        );

    private static async Task<double> TimeAsync(CatalogueConnection connection, RunQuery query)
    {
        var started = Stopwatch.GetTimestamp();
        _ = await connection.Catalogue.SearchAsync(query, default);
        return Stopwatch.GetElapsedTime(started).TotalMilliseconds;
    }

    private static double Percentile95(List<double> times) => times.Order().ElementAt((int)(times.Count * 0.95));
}
