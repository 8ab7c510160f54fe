import { Socket } from 'node:net'
import { rawWriteSync } from './claim-stdout.js'

/** Writes to the frame pipe: at once as far as the pipe takes it, the rest when it has room again. */
export class PipeWriter {
  readonly #fd: number
  #socket: Socket | undefined

  constructor(fd: number) {
    this.#fd = fd
  }

  /** Writes what the pipe takes without waiting; returns how many bytes that was. Throws when the reader is gone. */
  writeNow(bytes: Uint8Array, length: number): number {
    let written = 0
    try {
      while (written < length) written += rawWriteSync(this.#fd, bytes, written, length - written)
    } catch (error) {
      if (!isFull(error)) throw error
    }
    return written
  }

  /** Writes all bytes, waiting for room without blocking the event loop. */
  write(bytes: Uint8Array): Promise<void> {
    this.#socket ??= openSocket(this.#fd)
    const socket = this.#socket
    return new Promise((resolve, reject) => {
      socket.write(bytes, (error) => (error ? reject(error) : resolve()))
    })
  }

  /** Writes all bytes: at once what the pipe takes, the rest when it has room. */
  async writeAll(bytes: Uint8Array): Promise<void> {
    const written = this.writeNow(bytes, bytes.length)
    if (written < bytes.length) await this.write(bytes.subarray(written))
  }

  /** Writes all bytes before it returns, or gives up after `capMs`. Only for the last moment of the process. */
  writeBlocking(bytes: Uint8Array, capMs: number): void {
    const pause = new Int32Array(new SharedArrayBuffer(4))
    for (let at = 0, waited = 0; at < bytes.length && waited < capMs; ) {
      const written = this.writeNow(bytes.subarray(at), bytes.length - at)
      at += written
      if (written > 0) continue
      Atomics.wait(pause, 0, 0, 1)
      waited++
    }
  }
}

function isFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN'
}

function openSocket(fd: number): Socket {
  const socket = new Socket({ fd, readable: false, writable: true })
  // Each write reports its own failure; without a listener the event would end the process.
  socket.on('error', () => {})
  return socket
}
