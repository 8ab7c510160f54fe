import type { Readable } from 'node:stream'
import { decode } from '@msgpack/msgpack'
import { Limits } from '@quarry/sdk'
import { ExecutorLimits } from '../limits.js'
import { InvalidInputError } from '../request/invalid-input.js'

/** A frame from the runtime: a map with a `type`. */
export type InboundFrame = { readonly type: string } & Readonly<Record<string, unknown>>

const NEWLINE = 0x0a

/** Reads stdin: one line of JSON, then frames, until the runtime closes it. */
export class Inbound {
  /** The request line. Rejects with {@link InvalidInputError} when there is none. */
  readonly request: Promise<string>
  /** Receives each frame. */
  onFrame: (frame: InboundFrame) => void = () => {}
  /** Called once when stdin ends, or when it carries something else than frames; the text says which. */
  onClosed: (why: string) => void = () => {}
  readonly #source: Readable
  #buffered: Buffer = Buffer.alloc(0)
  #requestSeen = false
  #closedWhy: string | undefined
  readonly #resolveRequest: (line: string) => void
  readonly #rejectRequest: (error: Error) => void

  constructor(source: Readable) {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    this.request = promise
    this.#resolveRequest = resolve
    this.#rejectRequest = reject
    this.#source = source
    source.on('data', (bytes: Buffer) => this.#take(bytes))
    source.on('end', () => this.#close('the runtime closed stdin'))
    source.on('error', (error: Error) => this.#close(`reading stdin failed: ${error.message}`))
  }

  /** Why stdin is closed, once it is. */
  get closedWhy(): string | undefined {
    return this.#closedWhy
  }

  /** Stops reading, so that stdin no longer keeps the process alive. */
  stop(): void {
    this.#source.destroy()
  }

  #take(bytes: Buffer): void {
    if (this.#closedWhy !== undefined) return
    this.#buffered = this.#buffered.length === 0 ? bytes : Buffer.concat([this.#buffered, bytes])
    if (!this.#requestSeen) this.#takeRequest()
    if (this.#requestSeen) this.#takeFrames()
  }

  #takeRequest(): void {
    const end = this.#buffered.indexOf(NEWLINE)
    const bytes = end < 0 ? this.#buffered.length : end
    if (bytes > ExecutorLimits.requestBytesMax) {
      this.#close(`the run request is longer than ${ExecutorLimits.requestBytesMax} bytes`)
      return
    }
    if (end < 0) return
    this.#requestSeen = true
    this.#resolveRequest(this.#buffered.toString('utf8', 0, end))
    this.#buffered = this.#buffered.subarray(end + 1)
  }

  #takeFrames(): void {
    while (this.#buffered.length >= Limits.framePrefixBytes) {
      const length = this.#buffered.readUInt32BE(0)
      const end = Limits.framePrefixBytes + length
      if (end > Limits.frameBytesMax) {
        this.#close(`the runtime sent a frame of ${end} bytes, limit ${Limits.frameBytesMax}`)
        return
      }
      if (this.#buffered.length < end) return
      const frame = decodeFrame(this.#buffered.subarray(Limits.framePrefixBytes, end))
      this.#buffered = this.#buffered.subarray(end)
      if (frame === undefined) {
        this.#close('the runtime sent a frame that is not a map with a type')
        return
      }
      this.onFrame(frame)
    }
  }

  #close(why: string): void {
    if (this.#closedWhy !== undefined) return
    this.#closedWhy = why
    const line = this.#buffered.toString('utf8')
    // A request without a newline is complete when stdin ends with it.
    if (!this.#requestSeen && line.trim() !== '' && line.length <= ExecutorLimits.requestBytesMax)
      this.#resolveRequest(line)
    else this.#rejectRequest(new InvalidInputError('stdin', `carried no run request: ${why}`))
    this.onClosed(why)
  }
}

function decodeFrame(bytes: Uint8Array): InboundFrame | undefined {
  try {
    const value = decode(bytes)
    const isFrame =
      typeof value === 'object' && value !== null && typeof (value as { type?: unknown }).type === 'string'
    return isFrame ? (value as InboundFrame) : undefined
  } catch {
    // Not MessagePack: the caller closes the stream and says so.
    return undefined
  }
}
