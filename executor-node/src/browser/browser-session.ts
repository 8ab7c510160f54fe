import type { ProxyEndpoint } from '@quarry/sdk'
import { withCap } from '@quarry/sdk/internal'
import type { Browser, BrowserContext, Page } from 'puppeteer-core'
import { ExecutorLimits } from '../limits.js'
import { BrowserUnavailableError } from './browser-error.js'
import { BrowserProcess } from './browser-process.js'
import { findBrowser } from './find-browser.js'
import { browserFlags } from './flags.js'

/** What a run needs from a browser. */
export interface BrowserNeeds {
  readonly endpoint?: string
  readonly proxy?: ProxyEndpoint
  readonly env: NodeJS.ProcessEnv
}

/** The browser of a run: its own process, or an external one in which the run has its own context. */
export class BrowserSession {
  readonly browser: Browser
  readonly context: BrowserContext
  readonly page: Page
  /** The last lines that the page wrote to its console. */
  readonly consoleTail: string[] = []
  readonly #process: BrowserProcess | undefined

  private constructor(browser: Browser, context: BrowserContext, page: Page, process: BrowserProcess | undefined) {
    this.browser = browser
    this.context = context
    this.page = page
    this.#process = process
    page.on('console', (line) => this.#keep(`${line.type()}: ${line.text()}`))
    page.on('pageerror', (error) => this.#keep(`uncaught: ${error instanceof Error ? error.message : String(error)}`))
  }

  /** Finds a browser, starts or reaches it, and opens a page in a fresh context. */
  static async open(needs: BrowserNeeds): Promise<BrowserSession> {
    const [choice, { default: puppeteer }] = await Promise.all([
      findBrowser(needs.endpoint, needs.env),
      import('puppeteer-core')
    ])
    if (choice.kind === 'endpoint') {
      const browser = await puppeteer.connect({ browserWSEndpoint: choice.endpoint }).catch((error: unknown) => {
        const why = error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)
        throw new BrowserUnavailableError(`The browser at ${withoutUser(choice.endpoint)} cannot be reached: ${why}`)
      })
      return BrowserSession.#in(browser, needs.proxy, undefined)
    }
    const flags = await puppeteer.defaultArgs({ headless: 'shell', args: browserFlags(flagChoices(needs)) })
    const env = { ...needs.env, ...choice.env }
    const process = await BrowserProcess.start({ path: choice.path, flags: withoutStartPage(flags), env })
    try {
      const connecting = puppeteer.connect({ transport: process.transport })
      const died = process.ended().then(() => Promise.reject(process.explain('ended before it was ready')))
      const slow = () => process.explain(`did not answer within ${ExecutorLimits.browserLaunchMs} ms`)
      const browser = await withCap(Promise.race([connecting, died]), ExecutorLimits.browserLaunchMs, slow)
      return await BrowserSession.#in(browser, needs.proxy, process)
    } catch (error) {
      await process.remove()
      throw error
    }
  }

  static async #in(browser: Browser, proxy: ProxyEndpoint | undefined, process: BrowserProcess | undefined) {
    // An external browser was started by someone else, so the proxy belongs to the context there.
    const contextProxy = process === undefined && proxy !== undefined ? { proxyServer: proxyServer(proxy) } : {}
    const context = await browser.createBrowserContext(contextProxy)
    const page = await context.newPage()
    if (proxy?.username !== undefined && proxy.password !== undefined)
      await page.authenticate({ username: proxy.username, password: proxy.password })
    return new BrowserSession(browser, context, page, process)
  }

  /** Whether a browser of our own ended by itself. */
  get isLost(): boolean {
    return !this.browser.connected
  }

  #keep(line: string): void {
    this.consoleTail.push(line)
    if (this.consoleTail.length > ExecutorLimits.consoleLinesKept) this.consoleTail.shift()
  }

  /** Closes the context, and the browser when it is ours. Nothing is left behind, whatever state it is in. */
  async close(): Promise<void> {
    if (this.#process === undefined) {
      if (this.browser.connected) await quietly(this.context.close())
      await quietly(this.browser.disconnect())
      return
    }
    if (this.browser.connected) {
      const closed = Promise.all([this.browser.close(), this.#process.ended()])
      await quietly(withCap(closed, ExecutorLimits.browserCloseMs, () => new Error('closing took too long')))
    }
    await this.#process.remove()
  }
}

/** A browser that is going away may fail to answer; that it is gone is made sure afterwards. */
async function quietly(step: Promise<unknown>): Promise<void> {
  await step.catch(() => {})
}

function flagChoices({ env, proxy }: BrowserNeeds) {
  const isRoot = process.getuid?.() === 0
  const noSandboxWanted = env['QUARRY_NO_SANDBOX'] === '1'
  return { isRoot, noSandboxWanted, ...(proxy && { proxyServer: proxyServer(proxy) }) }
}

function proxyServer({ protocol, host, port }: ProxyEndpoint): string {
  return `${protocol}://${host}:${port}`
}

/** Puppeteer adds about:blank to open a first page; the run opens its own. */
function withoutStartPage(flags: readonly string[]): string[] {
  return flags.filter((flag) => flag !== 'about:blank')
}

function withoutUser(endpoint: string): string {
  const url = URL.parse(endpoint)
  return url === null ? 'the given address' : `${url.protocol}//${url.host}`
}
