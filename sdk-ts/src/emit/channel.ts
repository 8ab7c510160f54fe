import type { EventType } from '../contract/events.js'
import { Limits } from '../contract/limits.js'
import { PayloadError, SinkFailedError, TerminalEventError } from '../errors.js'
import type { PayloadWriter } from '../wire/frame-encoder.js'
import { MsgpackWriter } from '../wire/msgpack-writer.js'
import { ValueEncoder } from '../wire/value-encoder.js'
import { CallQueue } from './call-queue.js'
import type { FrameSink } from './frame-sink.js'

/** The event types that end a run. */
export type TerminalType = 'run_complete' | 'run_error'

/** The terminal event of a run, as far as an executor needs it to report the outcome. */
export interface TerminalEvent {
  readonly type: TerminalType
  readonly error_type?: string
  readonly message?: string
  readonly stack?: string
}

interface WaitingCall {
  readonly run: () => Promise<void>
  readonly reject: (error: unknown) => void
}

/**
 * Gives all emit and storage calls of a run one order: the order in which they were made, awaited or not.
 *
 * While nothing waits and the sink has room, a call is encoded at once into the sink's batch. Otherwise its
 * payload is encoded on its own (the values are those at the time of the call) and waits for its turn.
 * A value that cannot be sent rejects its call and takes no sequence number; only the transport ends the channel.
 */
export class Channel {
  readonly #sink: FrameSink
  readonly #waiting = new CallQueue<WaitingCall>()
  #pumping = false
  #seq = 0
  /** Events that were encoded or wait for their turn: those that were not refused for their values. */
  #taken = 0
  #terminal: TerminalEvent | undefined
  #failure: SinkFailedError | undefined
  readonly #refused = new Map<string, number>()

  constructor(sink: FrameSink) {
    this.#sink = sink
  }

  /** Sequence number of the last event that was encoded. */
  get seq(): number {
    return this.#seq
  }

  /** The terminal event, once its call was made. */
  get terminal(): TerminalEvent | undefined {
    return this.#terminal
  }

  /** Why nothing can be sent any more. */
  get failure(): SinkFailedError | undefined {
    return this.#failure
  }

  /** How many calls came after the terminal event, by kind. */
  get refusedAfterTerminal(): ReadonlyMap<string, number> {
    return this.#refused
  }

  /** Sends one event. */
  event(type: EventType, payload: PayloadWriter): Promise<void> {
    const refusal = this.refusal(type)
    if (refusal !== undefined) return Promise.reject(refusal)
    return this.#send(type, payload)
  }

  /** Sends the event that ends the run. */
  end(terminal: TerminalEvent, payload: PayloadWriter): Promise<void> {
    const refusal = this.refusal(terminal.type)
    if (refusal !== undefined) return Promise.reject(refusal)
    const taken = this.#taken
    const sent = this.#send(terminal.type, payload)
    if (this.#taken > taken) this.#terminal = terminal
    return sent
  }

  /** Runs a call that sends several frames; later calls wait until it is done. */
  exclusive<T>(call: string, run: () => Promise<T>): Promise<T> {
    const refusal = this.refusal(call)
    if (refusal !== undefined) return Promise.reject(refusal)
    return this.#wait(run)
  }

  /** Appends an event now. For use inside {@link exclusive}. */
  async append(type: EventType, payload: PayloadWriter): Promise<void> {
    await this.#guarded(this.#sink.room())
    await this.#encode(type, payload)
  }

  /** Appends other frames now. For use inside {@link exclusive}. */
  async appendFrames(write: (sink: FrameSink) => void): Promise<void> {
    await this.#guarded(this.#sink.room())
    write(this.#sink)
    await this.#guarded(this.#sink.accept())
  }

  /** Resolves when every call made so far was handed to the sink or refused. */
  idle(): Promise<void> {
    return this.#waiting.length === 0 && !this.#pumping ? Promise.resolve() : this.#wait(() => Promise.resolve())
  }

  /** Why a call cannot be taken, if so. */
  refusal(call: string): Error | undefined {
    if (this.#failure !== undefined) return this.#failure
    if (this.#terminal === undefined) return undefined
    this.#refused.set(call, (this.#refused.get(call) ?? 0) + 1)
    return new TerminalEventError(call)
  }

  #send(type: EventType, payload: PayloadWriter): Promise<void> {
    if (!this.#pumping && this.#sink.hasRoom) {
      const seq = this.#seq
      const sent = this.#encode(type, payload)
      if (this.#seq > seq) this.#taken++
      return sent
    }
    const writer = new MsgpackWriter(512)
    try {
      payload(writer, new ValueEncoder(writer))
    } catch (error) {
      return Promise.reject(error)
    }
    const bytes = writer.buffer.subarray(0, writer.position)
    if (bytes.length > Limits.frameBytesMax - ENVELOPE_BYTES_MAX) return Promise.reject(tooLarge(type, bytes.length))
    this.#taken++
    return this.#wait(() => this.#encode(type, (target) => target.raw(bytes)))
  }

  #encode(type: EventType, payload: PayloadWriter): Promise<void> {
    try {
      this.#sink.encoder.event(type, this.#seq + 1, payload)
    } catch (error) {
      return Promise.reject(error)
    }
    this.#seq++
    return this.#guarded(this.#sink.accept())
  }

  #wait<T>(run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run: () => run().then(resolve, reject), reject })
      if (!this.#pumping) void this.#pump()
    })
  }

  async #pump(): Promise<void> {
    this.#pumping = true
    for (let call = this.#waiting.shift(); call !== undefined; call = this.#waiting.shift()) {
      try {
        await this.#guarded(this.#sink.room())
        await call.run()
      } catch (error) {
        call.reject(error)
      }
    }
    this.#pumping = false
  }

  /** Marks the channel as failed when the sink's promise rejects. */
  #guarded(promise: Promise<void>): Promise<void> {
    if (promise === SETTLED) return promise
    return promise.catch((cause: unknown) => {
      this.#failure ??= cause instanceof SinkFailedError ? cause : new SinkFailedError(cause)
      throw this.#failure
    })
  }
}

/** More than an envelope takes without its payload. */
const ENVELOPE_BYTES_MAX = 4096

function tooLarge(type: EventType, bytes: number): PayloadError {
  return new PayloadError(
    `The ${type} event`,
    `takes ${bytes} bytes, limit ${Limits.frameBytesMax}; send large content as an artifact or a file.`
  )
}

/** What a sink returns from `accept` when there is nothing to wait for: awaiting it costs one microtask. */
export const SETTLED: Promise<void> = Promise.resolve()

/** Writes a text field, or refuses it by name. */
export function textField(writer: MsgpackWriter, name: string, value: unknown): void {
  if (typeof value !== 'string' || value === '')
    throw new PayloadError(name, `has to be a text that is not empty, not ${JSON.stringify(value) ?? typeof value}.`)
  writer.string(name)
  writer.string(value)
}
