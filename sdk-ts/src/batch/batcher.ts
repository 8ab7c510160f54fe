import type { EmitAPI } from '../emit/api.js'

/** Options of {@link createBatcher}. */
export interface BatcherOptions {
  /** Items in one `enqueue` event; a positive integer. */
  readonly size: number
  /** Target of every event. */
  readonly target: string
  /** Overrides the source partition. */
  readonly source?: string
  /** Overrides the category partition. */
  readonly category?: string
}

/** Gathers items and sends them as few `enqueue` events, each with `params.items`. */
export interface Batcher<T = Record<string, unknown>> {
  /** Adds an item; sends a batch when `size` is reached. */
  readonly add: (item: T) => Promise<void>
  /** Sends what is left. Call it before the script ends. */
  readonly flush: () => Promise<void>
  /** Items that are not sent yet. */
  readonly pending: number
}

/** Makes one child run out of `size` items instead of one child run each. Items of a refused batch stay pending. */
export function createBatcher<T = Record<string, unknown>>(
  emit: Pick<EmitAPI, 'enqueue'>,
  options: BatcherOptions
): Batcher<T> {
  const { size, ...routing } = options
  if (!Number.isInteger(size) || size < 1) throw new RangeError(`size has to be a positive integer, not ${size}.`)
  let items: T[] = []
  const flush = async (): Promise<void> => {
    if (items.length === 0) return
    const batch = items
    items = []
    try {
      await emit.enqueue({ ...routing, params: { items: batch } })
    } catch (error) {
      items = [...batch, ...items]
      throw error
    }
  }
  return {
    add: async (item) => {
      items.push(item)
      if (items.length >= size) await flush()
    },
    flush,
    get pending() {
      return items.length
    }
  }
}
