import type { ProxyEndpoint } from '@quarry/sdk'
import type { BrowserContext, BrowserContextOptions, Target } from 'puppeteer-core'
import { preparePages } from './prepare-pages.js'

/** Chromium's words for what goes wrong at a proxy itself, before the site is reached. */
const PROXY_FAILURE =
  /ERR_(PROXY|SOCKS|TUNNEL|HTTPS_PROXY|HTTP2_PROXY|NO_SUPPORTED_PROXIES|MANDATORY_PROXY|UNEXPECTED_PROXY)/

/** Address of a proxy without its login: what a browser may see on its command line. */
export function proxyServer({ protocol, host, port }: ProxyEndpoint): string {
  return `${protocol}://${host}:${port}`
}

/** Sends all traffic of a context through the proxy; `<-loopback>` includes loopback addresses. */
export function proxiedContext(proxy: ProxyEndpoint | undefined): BrowserContextOptions {
  return proxy === undefined ? {} : { proxyServer: proxyServer(proxy), proxyBypassList: ['<-loopback>'] }
}

/**
 * Answers the proxy's question for a login on every page of the context. Where it cannot, requests fail instead of going
 * around the proxy.
 */
export function authenticatePages(context: BrowserContext, proxy: ProxyEndpoint | undefined): void {
  const { username, password } = proxy ?? {}
  if (username === undefined || password === undefined) return
  preparePages(context, (page) => page.authenticate({ username, password }))
}

/** Counts the requests of a context that fail at the proxy, also those of pages that the script opens later. */
export class ProxyFailures {
  #count = 0

  constructor(context: BrowserContext) {
    context.on('targetcreated', (target) => this.#watch(target))
  }

  get count(): number {
    return this.#count
  }

  async #watch(target: Target): Promise<void> {
    // A target that is gone before it could be asked has no page, and no requests either.
    const page = await target.page().catch(() => null)
    page?.on('requestfailed', (request) => {
      if (PROXY_FAILURE.test(request.failure()?.errorText ?? '')) this.#count++
    })
  }
}
