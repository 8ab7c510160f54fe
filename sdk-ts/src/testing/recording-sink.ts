import type { RunMeta } from '../context.js'
import type { AnyEventEnvelope } from '../contract/events.js'
import { Limits } from '../contract/limits.js'
import { SETTLED } from '../emit/channel.js'
import type { FrameSink } from '../emit/frame-sink.js'
import { FrameEncoder } from '../wire/frame-encoder.js'
import { MsgpackReader } from '../wire/msgpack-reader.js'

/** A sidecar file that a script stored. */
export interface RecordedFile {
  readonly filename: string
  readonly content_type: string
  readonly data: Uint8Array
}

type Frame = { readonly type: string } & Readonly<Record<string, unknown>>

/**
 * A sink that keeps what it gets, through the same encoder that a run uses: what a run would refuse is refused here,
 * and what comes out is what would be stored.
 */
export class RecordingSink implements FrameSink {
  readonly encoder: FrameEncoder
  readonly events: AnyEventEnvelope[] = []
  readonly files: RecordedFile[] = []
  readonly #chunks = new Map<string, Uint8Array[]>()

  constructor(run: RunMeta) {
    this.encoder = new FrameEncoder(run)
  }

  /** Nothing waits here. */
  readonly hasRoom = true

  /** Everything recorded counts as durable. */
  get durableSeq(): number {
    return this.events.length
  }

  /** All bytes of an artifact. */
  artifact(id: string): Uint8Array {
    return Buffer.concat(this.#chunks.get(id) ?? [])
  }

  room(): Promise<void> {
    return SETTLED
  }

  accept(): Promise<void> {
    const { writer } = this.encoder
    for (let at = 0; at < writer.position; ) {
      const end = at + Limits.framePrefixBytes + writer.buffer.readUInt32BE(at)
      this.#keep(new MsgpackReader(writer.buffer.subarray(at + Limits.framePrefixBytes, end)).value() as Frame)
      at = end
    }
    writer.position = 0
    return SETTLED
  }

  fileStored(): Promise<void> {
    return SETTLED
  }

  durable(): Promise<boolean> {
    return Promise.resolve(true)
  }

  #keep(frame: Frame): void {
    if ('payload' in frame) this.events.push(frame as unknown as AnyEventEnvelope)
    else if (frame.type === 'file_write') {
      const { filename, content_type, data } = frame as unknown as RecordedFile
      this.files.push({ filename, content_type, data })
    } else if (frame.type === 'artifact_chunk') {
      const id = String(frame['artifact_id'])
      const chunks = this.#chunks.get(id) ?? []
      this.#chunks.set(id, [...chunks, frame['data'] as Uint8Array])
    }
  }
}
