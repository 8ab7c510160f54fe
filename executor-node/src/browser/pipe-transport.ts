import type { Readable, Writable } from 'node:stream'
import type { ConnectionTransport } from 'puppeteer-core'

const NUL = 0

/**
 * Speaks to a browser over its debugging pipe: messages end with a NUL byte. A pipe opens no port, and a browser
 * whose pipe closes ends by itself, even when this process is killed.
 */
export class PipeTransport implements ConnectionTransport {
  onmessage?: (message: string) => void
  onclose?: () => void
  readonly #input: Writable
  #partial: Buffer[] = []

  constructor(input: Writable, output: Readable) {
    this.#input = input
    output.on('data', (bytes: Buffer) => this.#take(bytes))
    output.on('close', () => this.onclose?.())
    // A broken pipe shows as 'close' on the other side; Puppeteer rejects what waits for an answer.
    output.on('error', () => {})
    input.on('error', () => {})
  }

  send(message: string): void {
    this.#input.write(`${message}\0`)
  }

  close(): void {
    this.#input.end()
  }

  #take(bytes: Buffer): void {
    let start = 0
    for (let end = bytes.indexOf(NUL); end >= 0; end = bytes.indexOf(NUL, start)) {
      const message = Buffer.concat([...this.#partial, bytes.subarray(start, end)]).toString('utf8')
      this.#partial = []
      start = end + 1
      // Each message in a turn of its own, as a socket would deliver it.
      setImmediate(() => this.onmessage?.(message))
    }
    if (start < bytes.length) this.#partial.push(bytes.subarray(start))
  }
}
