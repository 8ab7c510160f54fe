import { Limits } from '../contract/limits.js'

/** The run was told to stop. It is the reason of `ctx.signal`. */
export class CanceledError extends Error {
  override readonly name = 'CanceledError'
  /** What the runtime, or the signal, gave as the reason. */
  readonly reason: string

  constructor(reason: string) {
    super(`The run was told to stop: ${reason}.`)
    this.reason = reason
  }
}

/** The script called `process.exit`, which would have cut off its own data. */
export class ProcessExitError extends Error {
  override readonly name = 'ProcessExitError'

  constructor(code: unknown) {
    super(`The script called process.exit(${code ?? ''}). Return from it, or throw, or call emit.runComplete instead.`)
  }
}

/**
 * Everything that ends a script before its function returned.
 *
 * A cancel first aborts {@link signal} and gives the script a share of the grace period to return by itself. After
 * that {@link failed} rejects, and hooks run until {@link deadline}.
 */
export class Interruption {
  /** Handed to the script as `ctx.signal`. */
  readonly signal: AbortSignal
  /** Rejects when the script's function is not waited for any longer. It never resolves. */
  readonly failed: Promise<never>
  /** Resolves when nothing of the script is waited for any longer. */
  readonly deadline: Promise<void>
  readonly #abort = new AbortController()
  readonly #reject: (error: unknown) => void
  readonly #passDeadline: () => void
  #canceled = false

  constructor() {
    this.signal = this.#abort.signal
    const failed = Promise.withResolvers<never>()
    const deadline = Promise.withResolvers<void>()
    this.failed = failed.promise
    // The failure may come when nothing waits for it, between two hooks for example.
    this.failed.catch(() => {})
    this.#reject = failed.reject
    this.deadline = deadline.promise
    this.#passDeadline = deadline.resolve
  }

  /** The script failed in a way that its own promise does not show. */
  fail(error: unknown): void {
    this.#reject(error)
  }

  /** The run has to end within `graceMs`. Only the first call counts. */
  cancel(reason: string, graceMs: number): void {
    if (this.#canceled) return
    this.#canceled = true
    const error = new CanceledError(reason)
    this.#abort.abort(error)
    setTimeout(() => this.#reject(error), graceMs * Limits.cancelScriptShare).unref()
    setTimeout(() => this.#passDeadline(), graceMs * Limits.cancelHooksShare).unref()
  }
}
