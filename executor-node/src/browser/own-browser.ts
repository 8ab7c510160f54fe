import { withCap } from '@quarry/sdk/internal'
import type { Browser } from 'puppeteer-core'
import { ExecutorLimits } from '../limits.js'
import { BrowserUnavailableError } from './browser-error.js'
import { BrowserProcess } from './browser-process.js'
import type { BrowserChoice } from './find-browser.js'
import type { PuppeteerChoice } from './find-puppeteer.js'
import { browserFlags, runsUnsandboxed } from './flags.js'
import { SharedTransport } from './shared-transport.js'

/** A browser that this process started and ends. */
export class OwnBrowser {
  readonly browser: Browser
  readonly #process: BrowserProcess

  private constructor(browser: Browser, process: BrowserProcess) {
    this.browser = browser
    this.#process = process
  }

  /** Starts the browser and waits until it answers. Nothing is left behind when it does not. */
  static async launch(
    choice: Extract<BrowserChoice, { kind: 'executable' }>,
    { load }: PuppeteerChoice,
    env: NodeJS.ProcessEnv,
    { proxyServer, isShared = false }: { readonly proxyServer?: string; readonly isShared?: boolean } = {}
  ): Promise<OwnBrowser> {
    const puppeteer = await load()
    const args = browserFlags({
      unsandboxed: runsUnsandboxed(env),
      isShared,
      ...(proxyServer !== undefined && { proxyServer })
    })
    const flags = await puppeteer.defaultArgs({ headless: 'shell', args })
    const started = await BrowserProcess.start({
      path: choice.path,
      // Puppeteer adds about:blank to open a first page; the run opens its own.
      flags: flags.filter((flag) => flag !== 'about:blank'),
      env: { ...env, ...choice.env }
    })
    try {
      const { transport } = started
      const lent = isShared ? new SharedTransport(transport, { filter: [{ exclude: true }] }) : transport
      const connecting = puppeteer.connect({ transport: lent })
      const slow = () => started.explain(`did not answer within ${ExecutorLimits.browserLaunchMs} ms`)
      return new OwnBrowser(await withCap(connecting, ExecutorLimits.browserLaunchMs, slow), started)
    } catch (error) {
      await started.remove()
      // A browser that ends closes its pipe first; only after its end is it known how it ended.
      throw error instanceof BrowserUnavailableError ? error : started.explain('ended before it was ready')
    }
  }

  /** The folder with everything that the browser keeps. */
  get profile(): string {
    return this.#process.profile
  }

  /** Resolves when the browser is gone. */
  ended(): Promise<void> {
    return this.#process.ended()
  }

  /** Closes the browser, or kills it when it does not close in time, and removes its profile. */
  async close(): Promise<void> {
    if (this.browser.connected) {
      const closed = Promise.all([this.browser.close(), this.#process.ended()])
      const late = () => new Error('closing took too long')
      // Whatever went wrong, the next line makes sure that the process is gone.
      await withCap(closed, ExecutorLimits.browserCloseMs, late).catch(() => {})
    }
    await this.#process.remove()
  }
}
