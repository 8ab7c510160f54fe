import { StorageWriteError } from '@quarry/sdk'

interface WaitingFile {
  readonly resolve: () => void
  readonly reject: (error: Error) => void
}

/** What the runtime said it stored: sidecar files by write id, events by sequence number. */
export class Acknowledgements {
  durableSeq = 0
  readonly #files = new Map<number, WaitingFile>()
  readonly #durable = new Set<{
    readonly seq: number
    readonly resolve: () => void
    readonly reject: (e: Error) => void
  }>()

  fileStored(writeId: number): Promise<void> {
    return new Promise((resolve, reject) => this.#files.set(writeId, { resolve, reject }))
  }

  /** A `file_write_ack` frame. One for an unknown id is ignored. */
  fileAck(writeId: number, ok: boolean, error: string | undefined): void {
    const waiting = this.#files.get(writeId)
    this.#files.delete(writeId)
    if (ok) waiting?.resolve()
    else waiting?.reject(new StorageWriteError(`file_write ${writeId}`, error ?? 'the runtime gave no reason'))
  }

  /** A `durable_ack` frame. The number never goes back. */
  durableAck(seq: number): void {
    if (seq <= this.durableSeq) return
    this.durableSeq = seq
    for (const waiting of this.#durable) if (waiting.seq <= seq) waiting.resolve()
  }

  durable(seq: number, timeoutMs: number): Promise<boolean> {
    if (seq <= this.durableSeq) return Promise.resolve(true)
    const { promise, resolve, reject } = Promise.withResolvers<boolean>()
    const waiting = { seq, resolve: () => resolve(true), reject }
    this.#durable.add(waiting)
    const timer = setTimeout(() => resolve(false), timeoutMs)
    return promise.finally(() => {
      clearTimeout(timer)
      this.#durable.delete(waiting)
    })
  }

  /** Nothing will be acknowledged any more. */
  fail(error: Error): void {
    for (const waiting of this.#files.values()) waiting.reject(error)
    for (const waiting of this.#durable) waiting.reject(error)
    this.#files.clear()
  }
}
