import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { unpackEmbedded } from '../src/browser/embedded.js'
import { findBrowser } from '../src/browser/find-browser.js'
import { runScript } from './harness/executor.js'

const cache = mkdtempSync(join(tmpdir(), 'quarry-embedded-test-'))
afterAll(() => rmSync(cache, { recursive: true, force: true }))

const SCRIPT = `export default async ({ page, browser, emit }) => {
  await page.setContent('<h1>hello</h1>')
  const text = await page.$eval('h1', (h) => h.textContent)
  await emit.item({ item_type: 't', data: { text, version: await browser.version() } })
}`

describe.runIf(process.platform === 'linux' && process.arch === 'x64')('a machine without a browser', () => {
  it('runs scripts in the browser that came with npm, and unpacks it once', async () => {
    const env = { PATH: '/nowhere', XDG_CACHE_HOME: cache }
    await using run = await runScript({ script: SCRIPT, env })
    expect(run.stderr).toBe('')
    expect(run.code).toBe(0)
    expect(run.items).toEqual([{ text: 'hello', version: expect.stringMatching(/153/) }])
    expect(readdirSync(join(cache, 'quarry'))).toEqual(['chromium-153.0.0'])
    await using again = await runScript({ script: SCRIPT, env })
    expect(again.code).toBe(0)
  })

  it('may unpack in several processes at once', async () => {
    const env = { XDG_CACHE_HOME: join(cache, 'together') }
    const found = await Promise.all([unpackEmbedded(env), unpackEmbedded(env), unpackEmbedded(env)])
    expect(new Set(found.map((one) => JSON.stringify(one))).size).toBe(1)
    expect(readdirSync(join(cache, 'together', 'quarry'))).toEqual(['chromium-153.0.0'])
  })

  it('gets an error that names what was looked for when nothing is there', async () => {
    const finding = findBrowser(undefined, { PATH: '/nowhere' }, async () => 'the package is not installed')
    await expect(finding).rejects.toThrow(/none of chromium-headless-shell, chromium.*Install chromium-headless-shell/)
  })
})
