import { readFile } from 'node:fs/promises'
import { BrowserLoan } from '../browser/browser-loan.js'
import { BrowserSession } from '../browser/browser-session.js'
import { findPuppeteer, type PuppeteerChoice } from '../browser/find-puppeteer.js'
import type { ScriptPlace } from '../request/arguments.js'
import type { RunRequest } from '../request/run-request.js'
import { textNeedsBrowser } from '../script/needs-browser.js'
import type { PipeSink } from '../wire/pipe-sink.js'
import type { RunTrace } from './run-trace.js'

/** The browser of one run: opened once, as soon as it is sure that the run needs it. */
export class RunBrowser {
  /** Where the runtime's answer goes, when it lends the browser. */
  readonly loan = new BrowserLoan()
  readonly #script: ScriptPlace
  readonly #request: RunRequest
  readonly #sink: PipeSink
  readonly #trace: RunTrace
  #early: Promise<BrowserSession> | undefined
  #opening: Promise<BrowserSession> | undefined

  constructor(script: ScriptPlace, request: RunRequest, sink: PipeSink, trace: RunTrace) {
    this.#script = script
    this.#request = request
    this.#sink = sink
    this.#trace = trace
  }

  /** Opens it while the script is being compiled, if its text tells already that it is needed. */
  async openEarly(): Promise<void> {
    const text = await readFile(this.#script.path, 'utf8')
    if (!textNeedsBrowser(text)) return
    const puppeteer = await findPuppeteer(this.#script, [])
    if (!puppeteer.isOurs || this.#opening !== undefined) return
    this.#early = this.#connect(puppeteer)
    // Whoever needs it hears why there is none.
    this.#early.catch(() => {})
  }

  /** The browser with its page. */
  open(puppeteer: PuppeteerChoice): Promise<BrowserSession> {
    this.#opening ??= this.#open(puppeteer)
    return this.#opening
  }

  /** Requests of the run that failed at its proxy. */
  async proxyFailures(): Promise<number> {
    const session = await this.#opening?.catch(() => undefined)
    return session?.proxyFailures ?? 0
  }

  /** Closes what was opened; whoever waits for a browser waits no longer. */
  async close(): Promise<void> {
    this.loan.end()
    const opened = await Promise.allSettled([this.#early, this.#opening])
    const sessions = opened.map((each) => (each.status === 'fulfilled' ? each.value : undefined))
    await Promise.all([...new Set(sessions)].map((session) => session?.close()))
  }

  async #open(puppeteer: PuppeteerChoice): Promise<BrowserSession> {
    const session = (await this.#earlyFor(puppeteer)) ?? (await this.#connect(puppeteer))
    // A span leaves with the frames that leave anyway: being traced is no sign of life (CONTRACT_IPC, IPC-38).
    this.#trace.watch(session, (span) => this.#sink.encoder.plain(span))
    return session
  }

  /** What was opened early, unless the script turned out to have a Puppeteer of its own. */
  async #earlyFor({ isOurs }: PuppeteerChoice): Promise<BrowserSession | undefined> {
    const session = await this.#early
    if (isOurs) return session
    await session?.close()
    return undefined
  }

  async #connect(puppeteer: PuppeteerChoice): Promise<BrowserSession> {
    const { browserOnRequest, browserEndpoint: endpoint, proxy, navigationMs } = this.#request
    const lent = browserOnRequest ? await this.loan.ask(this.#sink) : {}
    return BrowserSession.open({ endpoint, proxy, navigationMs, puppeteer, env: process.env, ...lent })
  }
}
