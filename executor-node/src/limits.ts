/** Bounds of the executor, each with its unit. The contract's own bounds are the SDK's `Limits`. */
export const ExecutorLimits = {
  /** Bytes of the run request line, at most. */
  requestBytesMax: 16 * 1024 * 1024,
  /** Milliseconds for hooks and the browser when the runtime closed stdin: nobody reads the result any more. */
  orphanGraceMs: 2_000,
  /** Milliseconds from SIGTERM or SIGINT to the end. */
  terminateGraceMs: 3_000,
  /** Milliseconds from a cancel frame that names no grace period to the end. */
  cancelGraceMs: 10_000,
  /** Share of the grace period that the script's own function gets; the rest is for hooks and the terminal event. */
  cancelScriptShare: 0.5,
  /** Share of the grace period after which hooks are not waited for; the rest is for the terminal event and the browser. */
  cancelHooksShare: 0.8,
  /** Milliseconds that a browser gets to say where it listens. */
  browserLaunchMs: 30_000,
  /** Milliseconds that a browser gets to close before it is killed. */
  browserCloseMs: 2_000,
  /** Bytes of the browser's own messages that are kept for an error. */
  browserOutputBytes: 8 * 1024,
  /** Milliseconds that the last frames get to leave when the process is made to exit. */
  exitDrainMs: 2_000
} as const
