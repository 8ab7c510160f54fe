import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Browser } from 'puppeteer-core'

const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']

/** Starts a browser for tests: `PUPPETEER_EXECUTABLE_PATH`, or the first one on PATH. */
export async function launchBrowser(): Promise<Browser> {
  const { default: puppeteer } = await import('puppeteer-core')
  const executablePath = process.env['PUPPETEER_EXECUTABLE_PATH'] || onPath()
  if (executablePath === undefined)
    throw new Error(
      `No browser was found: none of ${NAMES.join(', ')} is on PATH. Set PUPPETEER_EXECUTABLE_PATH, or pass a page.`
    )
  const isRoot = process.getuid?.() === 0
  return puppeteer.launch({ executablePath, headless: 'shell', pipe: true, args: isRoot ? ['--no-sandbox'] : [] })
}

function onPath(): string | undefined {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not in this folder.
    return false
  }
}
