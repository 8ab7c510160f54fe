import type { StorageAPI, StoragePutOptions, StoragePutResult } from '../storage/api.js'

/** Options of {@link createStorageBatcher}. */
export interface StorageBatcherOptions {
  /** Files on their way at once; a positive integer, 16 by default. */
  readonly concurrency?: number
}

/** One file that was handed to a {@link StorageBatcher}. */
export interface PendingStoragePut {
  /** Settles as the file's own `storage.put` would. */
  readonly result: Promise<StoragePutResult>
}

/** Stores many files, a bounded number of them at once. */
export interface StorageBatcher {
  /** Takes a file; it is sent when there is room. */
  readonly add: (options: StoragePutOptions) => PendingStoragePut
  /** Waits for all files taken so far; rejects with the first failure among them. Call it before the script ends. */
  readonly flush: () => Promise<void>
  /** Files that are not stored yet. */
  readonly pending: number
}

/** Sends files without waiting for each acknowledgement. One refused file does not stop the others. */
export function createStorageBatcher(
  storage: Pick<StorageAPI, 'put'>,
  options: StorageBatcherOptions = {}
): StorageBatcher {
  const concurrency = options.concurrency ?? 16
  if (!Number.isInteger(concurrency) || concurrency < 1)
    throw new RangeError(`concurrency has to be a positive integer, not ${concurrency}.`)
  const gate = new Gate(concurrency)
  const open = new Set<Promise<unknown>>()
  let failures: unknown[] = []

  const add = (put: StoragePutOptions): PendingStoragePut => {
    const result = gate.run(() => storage.put(put))
    const settled = result
      .then(
        () => {},
        (error: unknown) => void failures.push(error)
      )
      .finally(() => open.delete(settled))
    open.add(settled)
    return { result }
  }
  const flush = async (): Promise<void> => {
    await Promise.all(open)
    const [first] = failures
    const failed = failures.length > 0
    failures = []
    if (failed) throw first
  }
  return {
    add,
    flush,
    get pending() {
      return open.size
    }
  }
}

/** Lets at most `width` calls run at once, in order. */
class Gate {
  #free: number
  readonly #waiting: (() => void)[] = []

  constructor(width: number) {
    this.#free = width
  }

  async run<T>(call: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
    try {
      return await call()
    } finally {
      const next = this.#waiting.shift()
      if (next === undefined) this.#free++
      else next()
    }
  }
}
