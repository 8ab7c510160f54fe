using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Quarry.Contracts;
using Quarry.Contracts.Runs;

namespace Quarry.Runtime.Executors;

/// <summary>
/// Reads an executor's stderr live, line by line, within bounds: lines are cut, the whole is capped, and both are
/// counted. It always reads on, so that a script that floods its console is never blocked by it.
/// </summary>
internal sealed class ConsoleReader(string runId, IRunObserver observer, TimeProvider clock)
{
    private const int TailLinesMax = 50;

    /// <summary>A line of this alone ends the console of one run (CONTRACT_IPC, IPC-32).</summary>
    private const byte EndOfConsole = 0x1e;

    private readonly Queue<string> tail = new();
    private long kept;

    /// <summary>Bytes beyond the bounds: read, counted, not kept.</summary>
    public long BytesCut { get; private set; }

    /// <summary>The last lines, oldest first.</summary>
    public IReadOnlyList<string> Tail => [.. tail];

    /// <summary>Reads until the stream ends, or the console of this run.</summary>
    public async Task ReadAsync(PipeReader stderr)
    {
        var isOver = false;
        while (!isOver)
        {
            var read = await stderr.ReadAsync();
            var rest = read.Buffer;
            while (!isOver && TryCutLine(ref rest, read.IsCompleted, out var line))
            {
                isOver = IsEnd(line);
                if (!isOver)
                    Take(line);
            }
            stderr.AdvanceTo(rest.Start, isOver ? rest.Start : rest.End);
            isOver |= read.IsCompleted;
        }
    }

    private static bool IsEnd(in ReadOnlySequence<byte> line) => line.Length == 1 && line.FirstSpan[0] == EndOfConsole;

    private static bool TryCutLine(ref ReadOnlySequence<byte> rest, bool isLast, out ReadOnlySequence<byte> line)
    {
        line = default;
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }
        if (rest.IsEmpty || (!isLast && rest.Length < Limits.ConsoleLineBytesMax))
            return false;
        line = rest;
        rest = rest.Slice(rest.End);
        return true;
    }

    private void Take(ReadOnlySequence<byte> line)
    {
        var length = Math.Min(line.Length, Limits.ConsoleLineBytesMax);
        BytesCut += line.Length - length;
        if (kept + length > Limits.ConsoleBytesMax)
        {
            BytesCut += length;
            return;
        }
        kept += length;
        var text = Encoding.UTF8.GetString(line.Slice(0, length)).TrimEnd('\r');
        if (tail.Count == TailLinesMax)
            _ = tail.Dequeue();
        tail.Enqueue(text);
        observer.Console(new(runId, clock.GetUtcNow(), text));
    }
}
