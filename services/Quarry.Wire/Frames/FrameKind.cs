namespace Quarry.Wire.Frames;

/// <summary>What a frame from the executor is, by its <c>type</c> (CONTRACT_IPC, frames).</summary>
public enum FrameKind
{
    /// <summary>A type we do not know: ignored, as the contract asks of both sides.</summary>
    Unknown = 0,

    /// <summary>An event envelope.</summary>
    Event,

    /// <summary>A piece of an artifact.</summary>
    ArtifactChunk,

    /// <summary>A sidecar file.</summary>
    FileWrite,

    /// <summary>The executor's word on how the run ended.</summary>
    RunResult,

    /// <summary>Path, version and hooks of the loaded script.</summary>
    ScriptInfo,

    /// <summary>The script waits until what it emitted is durable.</summary>
    FlushRequest,

    /// <summary>The script asks for a turn at a host.</summary>
    TurnRequest,

    /// <summary>A turn is over.</summary>
    TurnDone,

    /// <summary>The executor can serve a run, its first or a further one.</summary>
    ExecutorReady,

    /// <summary>The run needs a browser.</summary>
    BrowserRequest,

    /// <summary>What took the script's time, for the run's trace.</summary>
    Span,
}
