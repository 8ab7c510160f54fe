import { decode } from '@msgpack/msgpack'

/** A decoded frame. */
export interface Frame {
  readonly type: string
  readonly seq?: number
  readonly payload?: Record<string, unknown>
  readonly [field: string]: unknown
}

/** Cuts a stream of bytes into frames, however the bytes arrive. */
export class FrameReader {
  readonly frames: Frame[] = []
  /** Length of each frame with its prefix. */
  readonly lengths: number[] = []
  #rest = Buffer.alloc(0)

  take(bytes: Uint8Array): Frame[] {
    const first = this.frames.length
    this.#rest = Buffer.concat([this.#rest, bytes])
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readUInt32BE(0)
      if (this.#rest.length < end) break
      this.lengths.push(end)
      this.frames.push(decode(this.#rest.subarray(4, end)) as Frame)
      this.#rest = this.#rest.subarray(end)
    }
    return this.frames.slice(first)
  }

  /** Bytes that are no whole frame. */
  get restBytes(): number {
    return this.#rest.length
  }
}

/** Encodes one frame to the executor. */
export function frameOf(encode: (value: unknown) => Uint8Array, value: unknown): Buffer {
  const payload = encode(value)
  const frame = Buffer.alloc(4 + payload.length)
  frame.writeUInt32BE(payload.length)
  frame.set(payload, 4)
  return frame
}
