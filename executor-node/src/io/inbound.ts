import type { Readable } from 'node:stream'
import { decode } from '@msgpack/msgpack'
import { Limits } from '@quarry/sdk'
import { ExecutorLimits } from '../limits.js'
import { InvalidInputError } from '../request/invalid-input.js'

/** A frame from the runtime: a map with a `type`. */
export type InboundFrame = { readonly type: string } & Readonly<Record<string, unknown>>

const NEWLINE = 0x0a
/** No frame starts with it: its length would be far beyond the limit. */
const OPEN_BRACE = 0x7b

/** Reads stdin: one line of JSON, then frames, and so on for each run, until the runtime closes it. */
export class Inbound {
  /** Receives each frame. */
  onFrame: (frame: InboundFrame) => void = () => {}
  /** Called once when stdin ends, or when it carries something else than frames; the text says which. */
  onClosed: (why: string) => void = () => {}
  readonly #source: Readable
  #buffered: Buffer = Buffer.alloc(0)
  #closedWhy: string | undefined
  #isFirst = true
  #expected: PromiseWithResolvers<string> | undefined = Promise.withResolvers()
  /** The first request, until it is asked for; it may come before. */
  #first: Promise<string> | undefined = this.#expected?.promise

  constructor(source: Readable) {
    this.#source = source
    this.#first?.catch(() => {})
    source.on('data', (bytes: Buffer) => this.#take(bytes))
    source.on('end', () => this.#close('the runtime closed stdin'))
    source.on('error', (error: Error) => this.#close(`reading stdin failed: ${error.message}`))
  }

  /**
   * The next request line; frames that still come for the run before are passed on until then. Rejects with
   * {@link InvalidInputError} when stdin closes without one.
   */
  request(): Promise<string> {
    const first = this.#first
    this.#first = undefined
    if (first !== undefined) return first
    this.#expected = Promise.withResolvers()
    if (this.#closedWhy !== undefined) this.#expected.reject(noRequest(this.#closedWhy))
    else this.#takeAll()
    return this.#expected.promise
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
    this.#takeAll()
  }

  #takeAll(): void {
    let isTaken = true
    while (isTaken && this.#closedWhy === undefined && this.#buffered.length > 0) {
      const isLine = this.#expected !== undefined && (this.#isFirst || this.#buffered[0] === OPEN_BRACE)
      isTaken = isLine ? this.#takeRequest() : this.#takeFrame()
    }
  }

  #takeRequest(): boolean {
    const end = this.#buffered.indexOf(NEWLINE)
    const bytes = end < 0 ? this.#buffered.length : end
    if (bytes > ExecutorLimits.requestBytesMax) {
      this.#close(`the run request is longer than ${ExecutorLimits.requestBytesMax} bytes`)
      return false
    }
    if (end < 0) return false
    const line = this.#buffered.toString('utf8', 0, end)
    this.#buffered = this.#buffered.subarray(end + 1)
    this.#resolve(line)
    return true
  }

  #resolve(line: string): void {
    this.#expected?.resolve(line)
    this.#expected = undefined
    this.#isFirst = false
  }

  #takeFrame(): boolean {
    if (this.#buffered.length < Limits.framePrefixBytes) return false
    const end = Limits.framePrefixBytes + this.#buffered.readUInt32BE(0)
    if (end > Limits.frameBytesMax) {
      this.#close(`the runtime sent a frame of ${end} bytes, limit ${Limits.frameBytesMax}`)
      return false
    }
    if (this.#buffered.length < end) return false
    const frame = decodeFrame(this.#buffered.subarray(Limits.framePrefixBytes, end))
    this.#buffered = this.#buffered.subarray(end)
    if (frame === undefined) this.#close('the runtime sent a frame that is not a map with a type')
    else this.onFrame(frame)
    return frame !== undefined
  }

  #close(why: string): void {
    if (this.#closedWhy !== undefined) return
    this.#closedWhy = why
    const line = this.#buffered.toString('utf8')
    // A request without a newline is complete when stdin ends with it.
    if (this.#isFirst && line.trim() !== '' && line.length <= ExecutorLimits.requestBytesMax) this.#resolve(line)
    else this.#expected?.reject(noRequest(why))
    this.onClosed(why)
  }
}

function noRequest(why: string): InvalidInputError {
  return new InvalidInputError('stdin', `carried no run request: ${why}`)
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
