using System.CommandLine;
using Quarry.Cli.Launch;
using Quarry.Lode.Sql;

namespace Quarry.Cli.Commands;

/// <summary>Options of commands that read many runs: what they see, and what it may cost.</summary>
internal sealed class ScopeOptions
{
    private readonly Option<string?> run = new("--run") { Description = "See one run only.", HelpName = "RUN" };

    private readonly Option<string?> source = new("--source")
    {
        Description = "See runs of one source only.",
        HelpName = "SOURCE",
    };

    private readonly Option<string?> dataset = new("--dataset")
    {
        Description = "See one dataset only.",
        HelpName = "DATASET",
    };

    private readonly Option<int> memory = new("--memory-mb")
    {
        Description = "Memory of the engine, in MiB.",
        DefaultValueFactory = _ => new SqlLimits().MemoryMb,
    };

    private readonly Option<long?> time = Durations.Option("--timeout", "Longest query");

    public Option<string> Storage { get; } = SharedOptions.Storage();

    public void AddTo(Command command)
    {
        foreach (var option in new Option[] { Storage, run, source, dataset, memory, time })
            command.Add(option);
    }

    /// <summary>What the command sees.</summary>
    public QueryScope Scope(ParseResult parsed) =>
        new(parsed.GetValue(run), parsed.GetValue(source), parsed.GetValue(dataset));

    /// <summary>True when a run or a source was named.</summary>
    public bool IsNarrow(ParseResult parsed) => (parsed.GetValue(run) ?? parsed.GetValue(source)) is not null;

    /// <summary>What a query may cost.</summary>
    public SqlLimits Limits(ParseResult parsed, long rowsMax)
    {
        const int memoryMbMin = 64;
        const int memoryMbMax = 65_536;
        if (parsed.GetValue(memory) is < memoryMbMin or > memoryMbMax)
            throw new UsageException($"--memory-mb must be {memoryMbMin} to {memoryMbMax:N0}.");
        var limits = new SqlLimits { MemoryMb = parsed.GetValue(memory), RowsMax = rowsMax };
        if (parsed.GetValue(time) is not { } ms)
            return limits;
        const int timeMsMax = 3_600_000;
        return ms is > 0 and <= timeMsMax
            ? limits with
            {
                TimeMs = (int)ms,
            }
            : throw new UsageException("--timeout must be 1ms to 1h.");
    }
}
