/** Bounds of the executor, each with its unit. The contract's own bounds are the SDK's `Limits`. */
export const ExecutorLimits = {
  /** Bytes of the run request line, at most. */
  requestBytesMax: 16 * 1024 * 1024,
  /** Milliseconds that another thread may keep fd 1 while stdout is claimed. */
  claimStdoutMs: 5_000,
  /** Milliseconds for hooks and the browser when the runtime closed stdin: nobody reads the result any more. */
  orphanGraceMs: 2_000,
  /** Milliseconds from SIGTERM or SIGINT to the end. */
  terminateGraceMs: 3_000,
  /** Milliseconds from a cancel frame that names no grace period to the end. */
  cancelGraceMs: 10_000,
  /** Milliseconds that a browser gets to say where it listens. */
  browserLaunchMs: 30_000,
  /** Milliseconds that a browser gets to close before it is killed. */
  browserCloseMs: 2_000,
  /** Milliseconds that what a run closed gets to be gone before its process serves another. */
  settleMs: 200,
  /** Milliseconds that keeping evidence of a failure may take. */
  evidenceMs: 5_000,
  /** Milliseconds that reading a host's robots.txt may take. */
  robotsMs: 15_000,
  /** Characters of a robots.txt that are looked at; the rest is not (RFC 9309 asks for 500 KiB). */
  robotsCharsMax: 512 * 1024,
  /** Milliseconds of a crawl delay that are kept to, at most; the runtime's limit of a delay. */
  crawlDelayMsMax: 10 * 60 * 1_000,
  /** Lines of the page's console that are kept for a failure. */
  consoleLinesKept: 100,
  /** Bytes of the browser's own messages that are kept for an error. */
  browserOutputBytes: 8 * 1024,
  /** Milliseconds that the last frames get to leave when the process is made to exit. */
  exitDrainMs: 2_000
} as const
