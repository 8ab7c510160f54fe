import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { BROWSER_GUIDE, BrowserUnavailableError } from './browser-error.js'
import { type EmbeddedBrowser, unpackEmbedded } from './embedded.js'

/** A browser to connect to, or one to start. */
export type BrowserChoice =
  | { readonly kind: 'endpoint'; readonly endpoint: string }
  | {
      readonly kind: 'executable'
      readonly path: string
      readonly env?: Readonly<Record<string, string>>
      readonly isEmbedded?: boolean
    }

/** Names on PATH, the lightest first: the headless shell takes a third less time per page than a full Chromium. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

/** Finds the browser of a run. The first that is there wins: endpoint, explicit path, PATH, the embedded one. */
export async function findBrowser(
  requested: string | undefined,
  env: NodeJS.ProcessEnv,
  embedded: (env: NodeJS.ProcessEnv) => Promise<EmbeddedBrowser | string> = unpackEmbedded
): Promise<BrowserChoice> {
  const endpoint = requested ?? env['QUARRY_BROWSER_ENDPOINT']
  if (endpoint) return { kind: 'endpoint', endpoint }
  const explicit = env['PUPPETEER_EXECUTABLE_PATH']
  if (explicit) {
    if (isExecutable(explicit)) return { kind: 'executable', path: explicit }
    throw new BrowserUnavailableError(
      `PUPPETEER_EXECUTABLE_PATH names ${explicit}, which is no executable file. ` +
        'Correct it, or unset it to search PATH.'
    )
  }
  const found = NAMES.map((name) => onPath(name, env['PATH'] ?? '')).find((path) => path !== undefined)
  if (found !== undefined) return { kind: 'executable', path: found }
  const unpacked = await embedded(env)
  if (typeof unpacked !== 'string') return { kind: 'executable', isEmbedded: true, ...unpacked }
  throw new BrowserUnavailableError(
    `No browser was found: none of ${NAMES.join(', ')} is on PATH, ` +
      `and the embedded browser cannot serve (${unpacked}). ` +
      'Install chromium-headless-shell, or set PUPPETEER_EXECUTABLE_PATH, or QUARRY_BROWSER_ENDPOINT: ' +
      BROWSER_GUIDE
  )
}

function onPath(name: string, path: string): string | undefined {
  const candidates = path.split(delimiter).filter((folder) => folder !== '')
  return candidates.map((folder) => join(folder, name)).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    // Not there, or not ours to run.
    return false
  }
}
