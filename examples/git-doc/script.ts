import type { QuarryContext } from '@quarry/sdk'
import type { Page } from 'puppeteer-core'
import { readManual } from './read-manual.ts'

/** Where the manuals are served, and how to crawl them. */
interface Job {
  /** Address of the index page. Default: the example site on its default port. */
  baseUrl?: string
  /** Pages that are open at once. */
  concurrency?: number
}

const DEFAULT_BASE_URL = 'http://127.0.0.1:8790/git-doc/index.html'

/** Crawls the Git manuals from their index: one item per page, and a screenshot of the index. */
export default async function run({ page, browserContext, job, emit }: QuarryContext<Job | null>): Promise<void> {
  const start = new URL(job?.baseUrl ?? DEFAULT_BASE_URL).href
  await page.goto(start)
  await emit.artifact({ name: 'index.png', content_type: 'image/png', data: await page.screenshot() })

  const frontier = new Frontier(start)
  const worker = async (tab: Page) => {
    // The manuals' own scripts add links and numbers to what was written; the crawl wants what was written.
    await tab.setJavaScriptEnabled(false)
    for (let url = await frontier.next(); url !== undefined; url = await frontier.next()) {
      const response = await tab.goto(url, { waitUntil: 'domcontentloaded' })
      if (!response?.ok()) {
        await emit.warn('dead link', { url, status: response?.status() ?? null })
        frontier.done([])
        continue
      }
      const { links, ...found } = await tab.evaluate(readManual)
      await emit.item({ item_type: 'manual', data: { page: frontier.nameOf(url), ...found } })
      frontier.done(links)
    }
  }
  const tabs = Array.from({ length: job?.concurrency ?? 4 }, () => browserContext.newPage())
  await Promise.all(tabs.map(async (tab) => worker(await tab)))
}

/** The pages that are still to be read. A worker that finds none waits while others may still find some. */
class Frontier {
  readonly #folder: string
  readonly #seen = new Set<string>()
  readonly #open: string[] = []
  readonly #waiting: ((url: string | undefined) => void)[] = []
  #busy = 0

  constructor(start: string) {
    this.#folder = new URL('.', start).href
    this.#add(start)
  }

  /** The next page, or undefined when the crawl is over. */
  next(): Promise<string | undefined> {
    const url = this.#open.shift()
    if (url !== undefined) this.#busy++
    if (url !== undefined || this.#busy === 0) return Promise.resolve(url)
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  /** Path of a page below the folder of the index. */
  nameOf(url: string): string {
    return url.slice(this.#folder.length)
  }

  /** A page was read; `links` are what it refers to. */
  done(links: readonly string[]): void {
    this.#busy--
    for (const link of links) this.#add(link)
    while (this.#waiting.length > 0 && (this.#open.length > 0 || this.#busy === 0)) {
      const url = this.#open.shift()
      if (url !== undefined) this.#busy++
      this.#waiting.shift()?.(url)
    }
  }

  #add(link: string): void {
    const url = link.replace(/#.*$/, '')
    const isManual = url.startsWith(this.#folder) && url.endsWith('.html')
    if (!isManual || this.#seen.has(url)) return
    this.#seen.add(url)
    this.#open.push(url)
  }
}
