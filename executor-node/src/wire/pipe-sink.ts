import type { RunMeta } from '@quarry/sdk'
import { FrameEncoder, type FrameSink, Limits, SETTLED, SinkFailedError } from '@quarry/sdk/internal'
import type { PipeWriter } from '../io/pipe-writer.js'
import { Acknowledgements } from './acknowledgements.js'

/**
 * Puts frames into the pipe to the runtime (CONTRACT_IPC, backpressure).
 *
 * The frames of one turn of the event loop leave in one write, at its end or as soon as
 * {@link Limits.turnFlushBytes} have gathered. What the pipe does not take waits here, at most
 * {@link Limits.heldFrameBytesMax} (or one larger frame): then there is no room, and callers wait.
 */
export class PipeSink implements FrameSink {
  readonly encoder: FrameEncoder
  readonly acknowledgements = new Acknowledgements()
  readonly #writer: PipeWriter
  /** Bytes handed to the writer that the pipe has not taken yet. */
  #inFlightBytes = 0
  #draining: Promise<void> | undefined
  #flushScheduled = false
  #failure: SinkFailedError | undefined

  constructor(writer: PipeWriter, run: RunMeta) {
    this.#writer = writer
    this.encoder = new FrameEncoder(run)
  }

  get hasRoom(): boolean {
    return this.#failure === undefined && this.#heldBytes < Limits.heldFrameBytesMax
  }

  /** Why the pipe takes nothing any more. */
  get failure(): SinkFailedError | undefined {
    return this.#failure
  }

  get durableSeq(): number {
    return this.acknowledgements.durableSeq
  }

  async room(): Promise<void> {
    while (!this.hasRoom) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#draining === undefined) this.#flush()
      await this.#draining
    }
  }

  accept(): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (this.#draining !== undefined) return this.hasRoom ? SETTLED : this.room()
    if (this.encoder.writer.position < Limits.turnFlushBytes) {
      this.#scheduleFlush()
      return SETTLED
    }
    this.#flush()
    // A script that awaits nothing but emit would keep the event loop from turning: no cancel, no timer.
    return this.hasRoom ? endOfTurn() : this.room()
  }

  fileStored(writeId: number): Promise<void> {
    return this.acknowledgements.fileStored(writeId)
  }

  durable(seq: number, timeoutMs: number): Promise<boolean> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure)
    if (seq > this.durableSeq) void this.#requestFlush(seq)
    return this.acknowledgements.durable(seq, timeoutMs)
  }

  /** Resolves when the pipe has taken everything. */
  async drain(): Promise<void> {
    while (this.#heldBytes > 0 && this.#failure === undefined) {
      if (this.#draining === undefined) this.#flush()
      await this.#draining
    }
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Writes what is held before it returns. Only when the process is about to end. */
  drainBlocking(capMs: number): void {
    if (this.#failure !== undefined || this.#inFlightBytes > 0) return
    const { buffer, position } = this.encoder.writer
    this.encoder.writer.position = 0
    this.#writer.writeBlocking(buffer.subarray(0, position), capMs)
  }

  get #heldBytes(): number {
    return this.#inFlightBytes + this.encoder.writer.position
  }

  /** Without it a policy that waits for more events would never append the last ones (CONTRACT_IPC, IPC-31). */
  async #requestFlush(seq: number): Promise<void> {
    try {
      await this.room()
      this.encoder.plain({ type: 'flush_request', seq })
      await this.accept()
    } catch (error) {
      this.#fail(error)
    }
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return
    this.#flushScheduled = true
    setImmediate(() => {
      this.#flushScheduled = false
      if (this.#draining === undefined && this.#failure === undefined) this.#flush()
    })
  }

  #flush(): void {
    const { writer } = this.encoder
    const length = writer.position
    try {
      const written = this.#writer.writeNow(writer.buffer, length)
      writer.position = 0
      if (written < length) this.#drainRest(writer.buffer.subarray(written, length))
      const oversized = writer.buffer.length > Limits.heldFrameBytesMax * 4
      if (written < length || oversized) writer.buffer = Buffer.allocUnsafeSlow(Limits.encoderBytes)
    } catch (error) {
      this.#fail(error)
    }
  }

  #drainRest(rest: Uint8Array): void {
    this.#inFlightBytes = rest.length
    this.#draining = this.#writer.write(rest).then(
      () => {
        this.#inFlightBytes = 0
        this.#draining = undefined
        if (this.encoder.writer.position > 0) this.#flush()
      },
      (error: unknown) => this.#fail(error)
    )
  }

  #fail(cause: unknown): void {
    this.#draining = undefined
    this.#failure ??= new SinkFailedError(cause)
    this.acknowledgements.fail(this.#failure)
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
