import type { TurnAnswer, TurnSource } from '@quarry/sdk/internal'
import type { BrowserContext } from 'puppeteer-core'
import robotsParser from 'robots-parser'
import { ExecutorLimits } from '../limits.js'

/** The package exports the function itself; its types say that it is a `default` of what it exports. */
const parseRobots = robotsParser as unknown as typeof robotsParser.default

/** What a host says about a script: its rules, or why they cannot be known. */
type Rules = ReturnType<typeof parseRobots> | { readonly unknown: string }

/**
 * Turns for addresses that the host's `robots.txt` allows, no faster than it asks for. The file is read once for each
 * origin and run, through the browser: the way that the run's pages go. A host without one (4xx) allows everything, and
 * one whose file cannot be read allows nothing (RFC 9309).
 */
export class RobotsTurns implements TurnSource {
  readonly #source: TurnSource
  readonly #context: BrowserContext
  readonly #userAgent: string
  readonly #rules = new Map<string, Promise<Rules>>()

  constructor(source: TurnSource, context: BrowserContext, userAgent: string) {
    this.#source = source
    this.#context = context
    this.#userAgent = userAgent
  }

  async take(url: URL, delayMs = 0): Promise<TurnAnswer> {
    const rules = await this.#rulesOf(url)
    if ('unknown' in rules) return { allowed: false, reason: rules.unknown }
    if (rules.isAllowed(url.href, this.#userAgent) === false)
      return { allowed: false, reason: `${url.origin}/robots.txt does not allow it to '${this.#userAgent}'` }
    const crawlDelayMs = (rules.getCrawlDelay(this.#userAgent) ?? 0) * 1_000
    return this.#source.take(url, Math.max(delayMs, Math.min(crawlDelayMs, ExecutorLimits.crawlDelayMsMax)))
  }

  #rulesOf({ origin }: URL): Promise<Rules> {
    const known = this.#rules.get(origin)
    if (known !== undefined) return known
    const rules = this.#read(new URL('/robots.txt', origin))
    this.#rules.set(origin, rules)
    return rules
  }

  /** Reading it is a visit as well, and waits for its turn. */
  async #read(url: URL): Promise<Rules> {
    const turn = await this.#source.take(url)
    if (!turn.allowed) return { unknown: `${url} was not read: ${turn.reason}` }
    try {
      const { status, text } = await this.#fetch(url)
      if (status >= 400 && status < 500) return parseRobots(url.href, '')
      if (status < 200 || status > 299) return { unknown: `${url} cannot be read: status ${status}` }
      return parseRobots(url.href, text.slice(0, ExecutorLimits.robotsCharsMax))
    } catch (error) {
      return { unknown: `${url} cannot be read: ${error instanceof Error ? error.message : String(error)}` }
    } finally {
      await turn.end?.()
    }
  }

  async #fetch(url: URL): Promise<{ status: number; text: string }> {
    const page = await this.#context.newPage()
    try {
      const response = await page.goto(url.href, { timeout: ExecutorLimits.robotsMs })
      return { status: response?.status() ?? 0, text: (await response?.text()) ?? '' }
    } finally {
      await page.close()
    }
  }
}
