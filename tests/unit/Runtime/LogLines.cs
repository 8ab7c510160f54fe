using Microsoft.Extensions.Logging;
using Quarry.Runtime.Runs;

namespace Quarry.Tests.Unit.Runtime;

/// <summary>A logger that keeps its lines, each with the number of its event.</summary>
internal sealed class LogLines : ILogger<RunHost>
{
    private readonly List<(int Id, string Text)> lines = [];

    /// <summary>Lines of one event, oldest first.</summary>
    public IReadOnlyList<string> Of(int eventId)
    {
        lock (lines)
            return [.. lines.Where(l => l.Id == eventId).Select(l => l.Text)];
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter
    )
    {
        lock (lines)
            lines.Add((eventId.Id, formatter(state, exception)));
    }
}
