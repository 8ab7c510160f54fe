import type { TurnAnswer, TurnSource } from './turn-source.js'

/** How gently one process treats a host. */
export interface LocalBudget {
  /** Turns at one host at the same time. */
  readonly concurrency: number
  /** Milliseconds between the starts of two turns at one host, at least. */
  readonly delayMs: number
}

/** What a process keeps to when no runtime answers: one turn at a time, a second apart. */
export const FALLBACK_BUDGET: LocalBudget = { concurrency: 1, delayMs: 1_000 }

interface Host {
  held: number
  lastAt: number
  /** Ends when everybody who asked before has a turn. */
  line: Promise<unknown>
  freed: PromiseWithResolvers<void>
}

/** Turns within one process. */
export class LocalTurns implements TurnSource {
  readonly #budget: LocalBudget
  readonly #hosts = new Map<string, Host>()

  constructor(budget: LocalBudget = FALLBACK_BUDGET) {
    this.#budget = budget
  }

  take(url: URL, delayMs = 0): Promise<TurnAnswer> {
    const host = this.#host(url.host)
    const answer = host.line.then(() => this.#next(host, Math.max(delayMs, this.#budget.delayMs)))
    host.line = answer
    return answer
  }

  async #next(host: Host, delayMs: number): Promise<TurnAnswer> {
    while (host.held >= this.#budget.concurrency) await host.freed.promise
    const waitMs = host.lastAt + delayMs - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.ceil(waitMs)))
    host.held++
    host.lastAt = performance.now()
    return { allowed: true, end: async () => this.#end(host) }
  }

  #end(host: Host): void {
    host.held--
    host.freed.resolve()
    host.freed = Promise.withResolvers()
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name)
    if (known !== undefined) return known
    const host = {
      held: 0,
      lastAt: Number.NEGATIVE_INFINITY,
      line: Promise.resolve(),
      freed: Promise.withResolvers<void>()
    }
    this.#hosts.set(name, host)
    return host
  }
}
