/** An emit or storage call came after `runComplete` or `runError`. Only that call is refused. */
export class TerminalEventError extends Error {
  override readonly name = 'TerminalEventError'

  constructor(call = 'emit') {
    super(
      `${call} was refused: the run already ended with run_complete or run_error. ` +
        'Move the call before it, or let the executor emit the terminal event.'
    )
  }
}

/** The channel to the runtime broke: this call, and every call after it, is refused. `cause` is the first failure. */
export class SinkFailedError extends Error {
  override readonly name = 'SinkFailedError'

  constructor(cause: unknown) {
    const why = cause instanceof Error ? cause.message : String(cause)
    super(`The channel to the runtime failed (${why}); nothing more can be emitted in this run.`, { cause })
  }
}

/** A storage file name cannot be used. Only that call is refused. */
export class StorageFilenameError extends Error {
  override readonly name = 'StorageFilenameError'
  /** The name as it was given. */
  readonly filename: string

  constructor(filename: string, reason: string) {
    super(`The storage file name ${JSON.stringify(filename)} cannot be used: ${reason}.`)
    this.filename = filename
  }
}

/** The runtime could not store a sidecar file. Only that call failed, it may be tried again. */
export class StorageWriteError extends Error {
  override readonly name = 'StorageWriteError'

  constructor(filename: string, reason: string) {
    super(`The file ${JSON.stringify(filename)} was not stored: ${reason}`)
  }
}

/** A value cannot be sent (CONTRACT_EMIT, values). Only that call is refused and takes no sequence number. */
export class PayloadError extends Error {
  override readonly name = 'PayloadError'
  /** Where the value is, for example `data.offers[2].price`. */
  readonly path: string

  constructor(path: string, reason: string) {
    super(`${path} ${reason}`)
    this.path = path
  }
}

/** `emit.flush()` did not see the durable acknowledgement in time. The run goes on; what was emitted is not lost. */
export class FlushTimeoutError extends Error {
  override readonly name = 'FlushTimeoutError'

  constructor(seq: number, durableSeq: number, timeoutMs: number) {
    super(
      `Event ${seq} was not acknowledged as durable within ${timeoutMs} ms ` +
        `(last known durable event: ${durableSeq}). ` +
        'The runtime is slow to store, or does not send durable_ack; call flush with a longer timeoutMs.'
    )
  }
}
