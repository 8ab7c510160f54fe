import type { ProxyEndpoint } from '@quarry/sdk'
import type { HostSession } from '@quarry/sdk/internal'
import type { Browser, BrowserContext, Page, PuppeteerNode, Target } from 'puppeteer-core'
import { NodeWebSocketTransport } from 'puppeteer-core/internal/node/NodeWebSocketTransport.js'
import { ExecutorLimits } from '../limits.js'
import { BROWSER_GUIDE, BrowserUnavailableError } from './browser-error.js'
import { findBrowser } from './find-browser.js'
import type { PuppeteerChoice } from './find-puppeteer.js'
import { OwnBrowser } from './own-browser.js'
import { preparePages } from './prepare-pages.js'
import { authenticatePages, ProxyFailures, proxiedContext, proxyServer } from './proxy.js'
import { SharedTransport } from './shared-transport.js'

/** What a run needs from a browser. */
export interface BrowserNeeds {
  readonly endpoint?: string
  /** A context of the browser at the endpoint that is there for this run alone; it is not closed here. */
  readonly contextId?: string
  /** The proxy of that context, if it has one. */
  readonly contextProxy?: string
  readonly proxy?: ProxyEndpoint
  /** Longest navigation of a page, in milliseconds. */
  readonly navigationMs?: number
  readonly env: NodeJS.ProcessEnv
  readonly puppeteer: PuppeteerChoice
}

/** The browser of a run: its own process, or an external one in which the run has its own context. */
export class BrowserSession implements HostSession {
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  /** The last lines that the page wrote to its console. */
  readonly consoleTail: string[] = []
  readonly #own: OwnBrowser | undefined
  readonly #isLent: boolean
  readonly #proxyFailures: ProxyFailures | undefined

  private constructor(
    browser: Browser,
    context: BrowserContext,
    page: Page,
    own: OwnBrowser | undefined,
    isLent: boolean,
    proxyFailures: ProxyFailures | undefined
  ) {
    this.browser = browser
    this.context = context
    this.page = page
    this.#own = own
    this.#isLent = isLent
    this.#proxyFailures = proxyFailures
    page.on('console', (line) => this.#keep(`${line.type()}: ${line.text()}`))
    page.on('pageerror', (error) => this.#keep(`uncaught: ${error instanceof Error ? error.message : String(error)}`))
  }

  /** Finds a browser, starts or reaches it, and opens a page in a fresh context. */
  static async open(needs: BrowserNeeds): Promise<BrowserSession> {
    const own = await ownBrowser(needs)
    const mine = new Set([fittingContext(needs)])
    const browser = own?.browser ?? (await connect(needs, mine))
    try {
      const lent = lentContext(browser, needs)
      const context = lent ?? (await browser.createBrowserContext(proxiedContext(needs.proxy)))
      mine.add(context.id)
      authenticatePages(context, needs.proxy)
      const failures = needs.proxy && new ProxyFailures(context)
      const [ready] = await context.pages()
      const page = ready ?? (await context.newPage())
      const { navigationMs } = needs
      if (navigationMs !== undefined) {
        const limit = async (each: Page) => each.setDefaultNavigationTimeout(navigationMs)
        await limit(page)
        preparePages(context, limit)
      }
      return new BrowserSession(browser, context, page, own, lent !== undefined, failures)
    } catch (error) {
      await (own === undefined ? browser.disconnect() : own.close())
      throw error
    }
  }

  /** Whether the browser ended, or the connection to it. */
  get isLost(): boolean {
    return !this.browser.connected
  }

  /** Requests that failed at the proxy itself. */
  get proxyFailures(): number {
    return this.#proxyFailures?.count ?? 0
  }

  /** Closes the context, and the browser when it is ours. Nothing is left behind, whatever state it is in. */
  async close(): Promise<void> {
    if (this.#own !== undefined) return this.#own.close()
    // Whoever lent the context closes it. An external browser that is gone has closed the context with it.
    if (this.browser.connected && !this.#isLent) await this.context.close().catch(() => {})
    await this.browser.disconnect()
  }

  #keep(line: string): void {
    this.consoleTail.push(line)
    if (this.consoleTail.length > ExecutorLimits.consoleLinesKept) this.consoleTail.shift()
  }
}

/** The lent context. One that connects otherwise than the run has to is left alone: the run gets one of its own. */
function fittingContext({ contextId, contextProxy, proxy }: BrowserNeeds): string | undefined {
  return contextProxy === (proxy && proxyServer(proxy)) ? contextId : undefined
}

function lentContext(browser: Browser, needs: BrowserNeeds): BrowserContext | undefined {
  const contextId = fittingContext(needs)
  if (contextId === undefined) return undefined
  const context = browser.browserContexts().find(({ id }) => id === contextId)
  if (context !== undefined) return context
  throw new BrowserUnavailableError(`The browser has no context ${contextId}: it was closed before the run used it.`)
}

async function ownBrowser({ endpoint, env, puppeteer, proxy }: BrowserNeeds): Promise<OwnBrowser | undefined> {
  const choice = await findBrowser(endpoint, env)
  if (choice.kind === 'endpoint') return undefined
  return OwnBrowser.launch(choice, puppeteer, env, proxy && { proxyServer: proxyServer(proxy) })
}

async function connect(
  { endpoint, contextId, env, puppeteer }: BrowserNeeds,
  mine: ReadonlySet<string | undefined>
): Promise<Browser> {
  const address = endpoint ?? env['QUARRY_BROWSER_ENDPOINT'] ?? ''
  const library = await puppeteer.load()
  const connecting =
    contextId === undefined ? library.connect({ browserWSEndpoint: address }) : share(library, address, mine)
  return connecting.catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)
    throw new BrowserUnavailableError(
      `The browser at ${withoutUser(address)} cannot be reached: ${why}. See ${BROWSER_GUIDE}.`
    )
  })
}

/** A client of a browser in which other runs have contexts: it neither holds up their pages nor sees them. */
async function share(library: PuppeteerNode, address: string, mine: ReadonlySet<string | undefined>): Promise<Browser> {
  const transport = new SharedTransport(await NodeWebSocketTransport.create(address, {}, () => undefined), {
    waitForDebuggerOnStart: false
  })
  const targetFilter = (target: Target) => {
    // A context that was opened later has no id here: it is another run's.
    const { id } = target.browserContext()
    return target.type() === 'browser' || (id !== undefined && mine.has(id))
  }
  return library.connect({ transport, targetFilter })
}

function withoutUser(endpoint: string): string {
  const url = URL.parse(endpoint)
  return url === null ? 'the given address' : `${url.protocol}//${url.host}`
}
