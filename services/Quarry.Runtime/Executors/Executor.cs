using System.IO.Pipelines;
using Quarry.Runtime.Ingest;

namespace Quarry.Runtime.Executors;

/// <summary>
/// An executor process with its streams. It serves one run, or several one after another (CONTRACT_IPC, IPC-32); the
/// streams stay open between them.
/// </summary>
public sealed class Executor : IAsyncDisposable
{
    private const int PipeBytes = 512 * 1024;
    private const int ReadBytes = 256 * 1024;

    private Executor(ExecutorProcess process, bool isServing)
    {
        Process = process;
        IsServing = isServing;
        Control = new(process.Input);
        PipeRoom.Ask(process.Output, PipeBytes);
        Frames = PipeReader.Create(process.Output, new(bufferSize: ReadBytes, minimumReadSize: ReadBytes / 2));
        Console = PipeReader.Create(process.Error);
    }

    /// <summary>True when it was started without a script: the run request names it.</summary>
    public bool IsServing { get; }

    /// <summary>True when it has ended.</summary>
    public bool HasExited => Process.Exited.IsCompleted;

    /// <summary>Runs that it has served, the one in hand included.</summary>
    public int Served { get; internal set; }

    /// <summary>Whether another run may follow the next one.</summary>
    public bool MayServeOn { get; set; }

    internal ExecutorProcess Process { get; }

    internal ControlFrames Control { get; }

    internal PipeReader Frames { get; }

    internal PipeReader Console { get; }

    /// <summary>Starts one for a script; its processes are tagged with the run.</summary>
    /// <exception cref="ExecutorNotFoundException">The machine lacks an executor, or it cannot be started.</exception>
    public static Executor Start(string runId, string scriptPath, ExecutorOptions options) =>
        new(ExecutorProcess.Start(ExecutorLocator.Locate(options, scriptPath), runId, options), isServing: false);

    /// <summary>Starts one that learns its script from the run request; its processes are tagged with this one.</summary>
    /// <exception cref="ExecutorNotFoundException">The machine lacks an executor, or it cannot be started.</exception>
    public static Executor StartServing(ExecutorOptions options)
    {
        var command = ExecutorLocator.LocateMode(options, "--serve");
        return new(ExecutorProcess.Start(command, ProcessOwner.Self.ToString(), options), isServing: true);
    }

    /// <summary>Memory of the executor itself, in bytes.</summary>
    public long MemoryBytes() => ProcessMemory.BytesOf([Process.Pid]);

    /// <summary>Ends it: at once when it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        await Control.DisposeAsync();
        await Frames.CompleteAsync();
        await Console.CompleteAsync();
    }
}
