/** Waits for a promise, at most `capMs`; then rejects with `late()`. */
export function withCap<T>(promise: Promise<T>, capMs: number, late: () => Error): Promise<T> {
  const { promise: capped, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(late()), capMs)
  return Promise.race([promise, capped]).finally(() => clearTimeout(timer))
}
