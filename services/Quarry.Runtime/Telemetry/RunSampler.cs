using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Telemetry;

/// <summary>
/// Samples of one run's figures, taken on a timer of its own while the run goes on and once at its end. When
/// <see cref="Limits.RunSamplesMax"/> are kept, every second one is forgotten and the interval doubles, so that a run of a
/// week keeps as many as a run of an hour (POLICY-17).
/// </summary>
internal sealed class RunSampler : IDisposable
{
    /// <summary>Time between two samples at a run's start.</summary>
    public static readonly TimeSpan EveryAtFirst = TimeSpan.FromSeconds(5);

    private readonly Lock gate = new();
    private readonly List<RunSample> samples = [];
    private readonly RunFigures figures;
    private readonly ITimer timer;
    private TimeSpan every = EveryAtFirst;
    private bool isOver;

    public RunSampler(RunFigures figures, TimeProvider clock)
    {
        this.figures = figures;
        timer = clock.CreateTimer(_ => Tick(), null, every, every);
    }

    /// <summary>Takes the last sample and gives all that are kept, oldest first.</summary>
    public IReadOnlyList<RunSample> End()
    {
        lock (gate)
        {
            isOver = true;
            Add();
            return samples;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => timer.Dispose();

    private void Tick()
    {
        lock (gate)
        {
            if (!isOver)
                Add();
        }
    }

    private void Add()
    {
        if (samples.Count == Limits.RunSamplesMax)
        {
            var kept = samples.Where((_, index) => index % 2 == 1).ToList();
            samples.Clear();
            samples.AddRange(kept);
            every *= 2;
            _ = timer.Change(every, every);
        }
        samples.Add(figures.Sample());
    }
}
