import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { Executor } from './harness/executor.js'

const REAL = fileURLToPath(import.meta.resolve('puppeteer-core'))

/** A package of the script's own: the real Puppeteer under another version, which says that it was asked. */
function packageOf(folder: string, name: string, version: string): void {
  const at = join(folder, 'node_modules', name)
  mkdirSync(at, { recursive: true })
  writeFileSync(join(at, 'package.json'), JSON.stringify({ name, version, type: 'module', exports: './index.js' }))
  const module = `import real, * as all from ${JSON.stringify(REAL)}
    export * from ${JSON.stringify(REAL)}
    const connect = (options) => { console.log('connected by ${name} ${version}'); return real.connect(options) }
    export default { ...all, connect, defaultArgs: (options) => real.defaultArgs(options) }`
  writeFileSync(join(at, 'index.js'), module)
}

describe("a script's own Puppeteer", () => {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  const start = (packages: Readonly<Record<string, string>>, script: string, args: readonly string[] = []) => {
    const folder = mkdtempSync(join(tmpdir(), 'quarry-own-puppeteer-'))
    folders.push(folder)
    for (const [name, version] of Object.entries(packages)) packageOf(folder, name, version)
    writeFileSync(join(folder, 'script.ts'), script)
    return { executor: Executor.start({ path: join(folder, 'script.ts'), args }), folder }
  }
  const usesPage = 'export default async ({ page, emit }) => { await emit.info(await page.evaluate(() => "shown")) }'

  it('controls the browser when the script has one', async () => {
    const { executor } = start({ 'puppeteer-core': '24.0.0' }, usesPage)
    await using run = executor
    expect(await run.end()).toBe(0)
    expect(run.stderr).toContain('connected by puppeteer-core 24.0.0')
    expect(run.types).toEqual(['log', 'run_complete'])
  })

  it('is the one that the script imports, when there are two', async () => {
    const script = `import { TimeoutError } from 'puppeteer-core'
      export default async ({ page, emit }) => {
        const error = await page.waitForSelector('#never', { timeout: 1 }).catch((e) => e)
        await emit.info(String(error instanceof TimeoutError))
      }`
    const { executor } = start({ puppeteer: '24.1.0', 'puppeteer-core': '24.2.0' }, script)
    await using run = executor
    expect(await run.end()).toBe(0)
    expect(run.stderr).toContain('connected by puppeteer-core 24.2.0')
    expect(run.logs).toEqual(['true'])
  })

  it('is refused when it is too old, with what to do', async () => {
    const { executor } = start({ puppeteer: '23.11.1' }, usesPage)
    await using run = executor
    expect(await run.end()).toBe(1)
    expect(run.frame('run_result')).toMatchObject({
      outcome: {
        status: 'error',
        message: expect.stringMatching(
          /has puppeteer 23\.11\.1 of its own; 24 is the oldest .* Update it, or remove it/
        )
      }
    })
  })
})
