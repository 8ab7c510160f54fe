import type { Polite, Turn } from './api.js'

/** What a host of scripts answers to a question for a turn. */
export interface TurnAnswer {
  readonly allowed: boolean
  readonly reason?: string
  /** Ends a turn that was given. */
  readonly end?: () => Promise<void>
}

/** Where turns come from. */
export interface TurnSource {
  /** Resolves when there is a turn at the host of `url`, or when there will be none. */
  take(url: URL, delayMs?: number): Promise<TurnAnswer>
}

/** Turns of a source, as scripts get them. */
export function createPolite(source: TurnSource): Polite {
  return async (address) => {
    const url = new URL(address)
    if (url.protocol !== 'http:' && url.protocol !== 'https:')
      throw new TypeError(`polite() needs an http: or https: address, not ${url.protocol}`)
    const askedAt = performance.now()
    const { allowed, reason, end } = await source.take(url)
    return turn(allowed, reason, Math.round(performance.now() - askedAt), end)
  }
}

function turn(allowed: boolean, reason: string | undefined, waitedMs: number, end?: () => Promise<void>): Turn {
  let ended: Promise<void> | undefined
  const done = () => {
    ended ??= end?.() ?? Promise.resolve()
    return ended
  }
  return Object.freeze({
    allowed,
    ...(reason !== undefined && { reason }),
    waitedMs,
    done,
    [Symbol.asyncDispose]: done
  })
}
