import { ExecutorLimits } from '../limits.js'
import { BrowserUnavailableError } from './browser-error.js'
import { endpointIn } from './endpoint-file.js'
import { findBrowser } from './find-browser.js'
import { OUR_PUPPETEER } from './find-puppeteer.js'
import { OwnBrowser } from './own-browser.js'

/** What a browser that is lent says when it is ready. */
export interface LentBrowserReport {
  readonly endpoint: string
  readonly version: string
}

/**
 * Keeps one browser to which executors connect, until `until` resolves; resolves to false when the browser ended
 * before. It ends with this process, however that ends: its pipe closes then.
 */
export async function lendBrowser(
  env: NodeJS.ProcessEnv,
  until: Promise<unknown>,
  ready: (report: LentBrowserReport) => Promise<void>
): Promise<boolean> {
  const choice = await findBrowser(undefined, env)
  if (choice.kind === 'endpoint')
    throw new BrowserUnavailableError(
      'QUARRY_BROWSER_ENDPOINT names a browser that others keep; there is none to lend.'
    )
  const own = await OwnBrowser.launch(choice, OUR_PUPPETEER, env, { isShared: true })
  try {
    const over = Promise.race([until.then(() => true), own.ended().then(() => false)])
    const endpoint = await Promise.race([endpointIn(own.profile, ExecutorLimits.browserLaunchMs), over])
    if (typeof endpoint === 'boolean') return endpoint
    await ready({ endpoint, version: await own.browser.version() })
    return await over
  } finally {
    await own.close()
  }
}
