import { execFileSync } from 'node:child_process'
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executor } from '../executor-node/test/harness/executor.js'
import { startSite } from './site/site.mjs'

const root = fileURLToPath(new URL('..', import.meta.url))
// Inside the repository, so that samples find packages as scripts of a project would.
const folder = join(root, 'artifacts/guides')

interface Sample {
  readonly name: string
  readonly kind: 'script' | 'test'
  readonly isChecked: boolean
  readonly path: string
}

/** The samples are fenced as `ts script` or `ts test`; `unchecked` ones name packages that are not installed here. */
function writeSamples(): Sample[] {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const documents = ['sdk-ts/README.md', ...globSync('docs/guides/*.md', { cwd: root }).sort()]
  return documents.flatMap((document) => {
    const blocks = [
      ...readFileSync(join(root, document), 'utf8').matchAll(/^```ts (script|test)( unchecked)?\n([\s\S]*?)^```/gm)
    ]
    return blocks.map(([, kind, unchecked, text], index) => {
      const name = `${basename(document, '.md')}-${index + 1}`
      const path = join(folder, `${name}.ts`)
      writeFileSync(path, text ?? '')
      return { name, kind: kind as Sample['kind'], isChecked: unchecked === undefined, path }
    })
  })
}

const samples = writeSamples()
let site: Awaited<ReturnType<typeof startSite>>

beforeAll(async () => {
  site = await startSite()
})
afterAll(() => site.close())

describe('the guides', () => {
  it('have samples', () => {
    expect(samples.length).toBeGreaterThanOrEqual(10)
  })

  it('have samples that compile', () => {
    const files = samples.filter(({ isChecked }) => isChecked).map(({ path }) => path)
    const config = { extends: '../../tsconfig.json', files, include: [] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(root, 'node_modules/typescript/bin/tsc')
    execFileSync(process.execPath, [tsc, '--noEmit', '-p', join(folder, 'tsconfig.json')], { stdio: 'pipe' })
  })

  it.each(samples.filter(({ kind }) => kind === 'script'))('have scripts that run: $name', async ({ path }) => {
    await using run = Executor.start({ path, job: { url: `${site.url}/list` }, acknowledges: true })
    const code = await run.end()
    expect(run.stderr).not.toContain('Error')
    expect(code).toBe(0)
    expect(run.types.at(-1)).toBe('run_complete')
  })

  it.each(samples.filter(({ kind }) => kind === 'test'))('have tests that pass: $name', ({ path }) => {
    execFileSync(process.execPath, [path], { stdio: 'pipe' })
  })
})
