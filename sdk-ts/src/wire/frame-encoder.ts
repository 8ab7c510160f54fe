import type { RunMeta } from '../context.js'
import type { EventType } from '../contract/events.js'
import { Limits } from '../contract/limits.js'
import { PayloadError } from '../errors.js'
import { encodeEnvelopeHeads } from './envelope-head.js'
import { MsgpackWriter } from './msgpack-writer.js'
import { ValueEncoder } from './value-encoder.js'

/** Writes one payload map. It throws {@link PayloadError} for a value that cannot be sent. */
export type PayloadWriter = (writer: MsgpackWriter, values: ValueEncoder) => void

/** What the outcome of a run looks like in the `run_result` frame (CONTRACT_IPC). */
export interface RunResultOutcome {
  readonly status: 'completed' | 'error' | 'crash'
  readonly message?: string
  readonly error_type?: string
  readonly stack?: string
}

/** A frame that is not an event: a flat or nested map of plain values, written as it is. */
export type PlainFrame = { readonly type: string } & Readonly<Record<string, unknown>>

/**
 * Appends length-prefixed frames to one buffer (CONTRACT_IPC, framing). A frame that fails while it is
 * written, or that is too large, leaves no trace in the buffer.
 */
export class FrameEncoder {
  readonly writer: MsgpackWriter
  readonly #values: ValueEncoder
  readonly #heads: ReadonlyMap<EventType, Uint8Array>
  readonly #eventIdStart: string
  readonly #now: () => number
  readonly #timestamp = new TimestampBytes()

  constructor(run: RunMeta, now: () => number = Date.now, capacityBytes: number = Limits.encoderBytes) {
    this.writer = new MsgpackWriter(capacityBytes)
    this.#values = new ValueEncoder(this.writer)
    this.#heads = encodeEnvelopeHeads(run)
    this.#eventIdStart = `${run.run_id}-`
    this.#now = now
  }

  /** Appends an event frame. The caller owns `seq` and takes it back when this throws. */
  event(type: EventType, seq: number, payload: PayloadWriter): void {
    const head = this.#heads.get(type)
    if (head === undefined) throw new PayloadError('type', `is ${type}, which is no event type.`)
    const writer = this.writer
    const start = this.#open()
    try {
      writer.raw(head)
      writer.number(seq)
      writer.string('event_id')
      writer.string(this.#eventIdStart + seq)
      writer.string('ts')
      writer.raw(this.#timestamp.at(this.#now()))
      writer.string('payload')
      payload(writer, this.#values)
      this.#close(start, type)
    } catch (error) {
      writer.position = start
      throw error
    }
  }

  /** Appends one chunk of an artifact; `seq` starts at 1. */
  chunk(artifactId: string, seq: number, isLast: boolean, data: Uint8Array): void {
    this.plain({ type: 'artifact_chunk', artifact_id: artifactId, seq, is_last: isLast, data })
  }

  /** Appends a frame of plain values. */
  plain(frame: PlainFrame): void {
    const start = this.#open()
    try {
      this.#values.root(frame.type, frame)
      this.#close(start, frame.type)
    } catch (error) {
      this.writer.position = start
      throw error
    }
  }

  /** Leaves room for the length; returns where the frame starts. */
  #open(): number {
    const start = this.writer.position
    this.writer.reserve(Limits.framePrefixBytes)
    this.writer.position = start + Limits.framePrefixBytes
    return start
  }

  #close(start: number, type: string): void {
    const bytes = this.writer.position - start
    if (bytes > Limits.frameBytesMax) {
      const why = `takes ${bytes} bytes, limit ${Limits.frameBytesMax}; send large content as an artifact or a file.`
      throw new PayloadError(`The ${type} frame`, why)
    }
    this.writer.buffer.writeUInt32BE(bytes - Limits.framePrefixBytes, start)
  }
}

/** ISO 8601 text with milliseconds as MessagePack, kept while the clock shows the same millisecond. */
class TimestampBytes {
  #at = Number.NaN
  #bytes: Uint8Array = new Uint8Array(0)

  at(now: number): Uint8Array {
    if (now === this.#at) return this.#bytes
    const writer = new MsgpackWriter(40)
    writer.string(new Date(now).toISOString())
    this.#at = now
    this.#bytes = writer.buffer.subarray(0, writer.position)
    return this.#bytes
  }
}
