/**
 * Every bound of the SDK, with its unit in its name. The runtime holds the same numbers;
 * `tests/contracts/vectors/limits.json` keeps both sides equal.
 */
export const Limits = {
  /** Bytes of a frame with its length prefix, at most (CONTRACT_IPC). */
  frameBytesMax: 16 * 1024 * 1024,
  /** Bytes of the length prefix. */
  framePrefixBytes: 4,
  /** Bytes of data in one `artifact_chunk` or `file_write` frame, at most (CONTRACT_IPC). */
  chunkBytesMax: 8 * 1024 * 1024,
  /** Bytes of data that the SDK puts into one chunk, so that a chunk fits the held bound. */
  chunkBytesSent: 512 * 1024,
  /** Nesting of a payload value, at most (CONTRACT_EMIT, values). */
  payloadDepthMax: 100,
  /** Bytes of encoded frames that an executor holds, at most (CONTRACT_IPC, backpressure). */
  heldFrameBytesMax: 1024 * 1024,
  /**
   * Bytes after which the frames gathered in one turn of the event loop are written at once. A quarter of a pipe:
   * larger writes fill the pipe and wait for its reader, smaller ones cost more calls.
   */
  turnFlushBytes: 16 * 1024,
  /** Bytes with which an encoder's buffer starts; it grows for larger frames. */
  encoderBytes: 64 * 1024,
  /** Bytes of a partition value or file name after escaping, at most (CONTRACT_LODE). */
  escapedNameBytesMax: 200,
  /** Share of the grace period that the script's own function gets; the rest is for hooks and the terminal event. */
  cancelScriptShare: 0.5,
  /** Share of the grace period after which hooks are not waited for; the rest is for the terminal event. */
  cancelHooksShare: 0.8,
  /** Characters of an error's message or stack that are sent; the rest is cut and counted. */
  errorTextCharsMax: 32 * 1024,
  /** Spans that an executor reports of one run, at most (CONTRACT_IPC, tracing). */
  spansReportedMax: 1000,
  /** Milliseconds that `emit.flush()` waits for the durable acknowledgement unless told otherwise. */
  flushTimeoutMs: 60_000
} as const
