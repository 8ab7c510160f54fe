import { BrowserSession } from '../browser/browser-session.js'
import { findBrowser } from '../browser/find-browser.js'
import { OUR_PUPPETEER } from '../browser/find-puppeteer.js'
import { runsUnsandboxed } from '../browser/flags.js'

/** What a run would use on this machine. */
export interface MachineReport {
  readonly node: string
  readonly browser:
    | {
        readonly version: string
        /** The program; absent when the browser is an external one. */
        readonly path?: string
        /** Whether it is the one inside the npm package, for want of another. */
        readonly is_embedded: boolean
        readonly is_sandboxed: boolean
      }
    | { readonly problem: string }
}

/** Finds the browser and uses it, as a run does: that a program exists says little. */
export async function checkMachine(env: NodeJS.ProcessEnv): Promise<MachineReport> {
  const node = process.version
  try {
    const choice = await findBrowser(undefined, env)
    const session = await BrowserSession.open({ env, puppeteer: OUR_PUPPETEER })
    const version = await session.browser.version()
    await session.close()
    const own = choice.kind === 'executable' ? choice : undefined
    const is_embedded = own?.isEmbedded === true
    return { node, browser: { version, path: own?.path, is_embedded, is_sandboxed: !runsUnsandboxed(env) } }
  } catch (error) {
    return { node, browser: { problem: error instanceof Error ? error.message : String(error) } }
  }
}
