import type { BrowserContext, HTTPRequest, Page } from 'puppeteer-core'
import { preparePages } from './prepare-pages.js'

/** A navigation of a page's main frame, as far as a trace tells of it: no path, no query, no login. */
export interface Navigation {
  /** Microseconds since 1970, of the request. */
  readonly start: number
  /** Microseconds since 1970, of what ended it. */
  readonly end: number
  /** What the browser says of a navigation that failed. */
  readonly error?: string
  readonly attributes: Readonly<Record<string, string | number>>
}

/** What ended a navigation: the page's load event, a failure, the next one, the end of the page or of the run. */
type NavigationEnd = 'load' | 'failed' | 'replaced' | 'closed' | 'run_end'

/**
 * Tells of the navigations of a page and of the pages that are opened in its context later. The function that it returns
 * ends the watch: what has not ended by then ends with it.
 */
export function watchNavigations(
  context: BrowserContext,
  page: Page,
  tell: (navigation: Navigation) => void
): () => void {
  const watched = new Map<Page, WatchedPage>()
  const watch = (each: Page) => {
    if (watched.has(each)) return
    watched.set(each, new WatchedPage(each, tell))
    each.once('close', () => watched.delete(each))
  }
  watch(page)
  preparePages(context, async (each) => watch(each))
  return () => {
    for (const each of watched.values()) each.end('run_end')
  }
}

class WatchedPage {
  readonly #page: Page
  readonly #tell: (navigation: Navigation) => void
  #open: { readonly request: HTTPRequest; readonly start: number } | undefined
  #last: HTTPRequest | undefined

  constructor(page: Page, tell: (navigation: Navigation) => void) {
    this.#page = page
    this.#tell = tell
    page.on('request', (request) => this.#requested(request))
    page.on('requestfailed', (request) => request === this.#last && this.end('failed', request.failure()?.errorText))
    // Without a response it is the load event of what was there before, such as the page that tells of a failure.
    page.on('load', () => this.#last?.response() && this.end('load'))
    page.on('close', () => this.end('closed'))
  }

  #requested(request: HTTPRequest): void {
    if (!request.isNavigationRequest() || request.frame() !== this.#page.mainFrame()) return
    const isRedirect = this.#open !== undefined && request.redirectChain().includes(this.#open.request)
    if (!isRedirect) {
      this.end('replaced')
      this.#open = { request, start: now() }
    }
    this.#last = request
  }

  /** Tells of what is open, if anything is. */
  end(how: NavigationEnd, error?: string): void {
    const [open, last] = [this.#open, this.#last]
    this.#open = undefined
    this.#last = undefined
    if (open === undefined || last === undefined) return
    const status = last.response()?.status()
    const attributes = { 'quarry.navigation.end': how, ...place(last.url()), ...(status && statusOf(status)) }
    this.#tell({ start: open.start, end: now(), ...(how === 'failed' && { error: error ?? 'failed' }), attributes })
  }
}

function statusOf(status: number) {
  return { 'http.response.status_code': status }
}

/** Scheme, host and port. What else an address has may be a secret. */
function place(address: string): Record<string, string | number> {
  const url = URL.parse(address)
  if (url === null) return {}
  const { protocol, hostname, port } = url
  return {
    'url.scheme': protocol.slice(0, -1),
    ...(hostname !== '' && { 'server.address': hostname }),
    ...(port !== '' && { 'server.port': Number(port) })
  }
}

function now(): number {
  return Math.round((performance.timeOrigin + performance.now()) * 1000)
}
