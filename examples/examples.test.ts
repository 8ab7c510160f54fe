import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executor } from '../executor-node/test/harness/executor.js'
import { expectedManuals } from './git-doc/expected.mjs'
import { catalogueCsv, PRODUCTS } from './site/catalogue.mjs'
import { startSite } from './site/site.mjs'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

let site: Awaited<ReturnType<typeof startSite>>
let gitDoc: string

beforeAll(async () => {
  gitDoc = execFileSync(path('../eng/fetch-git-doc.sh'), { encoding: 'utf8' }).trim()
  site = await startSite({ gitDoc })
})
afterAll(() => site.close())

async function example(name: string, job: unknown) {
  const run = Executor.start({ path: path(`./${name}/script.ts`), job })
  return Object.assign(run, { code: await run.end() })
}

describe('examples', () => {
  it('first-run emits the products of one list page', async () => {
    await using run = await example('first-run', { url: `${site.url}/list` })
    expect(run.code).toBe(0)
    const expected = PRODUCTS.slice(0, 10).map(({ id, name, price }) => ({
      id,
      name,
      price,
      link: `${site.url}/products/${id}`
    }))
    expect(run.items).toEqual(expected)
  })

  it('artifacts keeps a screenshot, the HTML and a download, byte for byte', async () => {
    await using run = await example('artifacts', { url: site.url })
    expect(run.code).toBe(0)
    const artifacts = run.events.filter((event) => event.type === 'artifact').map((event) => event.payload)
    expect(artifacts.map((artifact) => artifact?.['name'])).toEqual(['list.png', 'list.html', 'catalogue.csv'])
    const csv = artifacts[2]
    expect(csv?.['size_bytes']).toBe(catalogueCsv().length)
    expect(csv?.['sha256']).toBe(createHash('sha256').update(catalogueCsv()).digest('hex'))
    const chunks = run.frames.filter((frame) => frame['artifact_id'] === csv?.['artifact_id'])
    expect(Buffer.concat(chunks.map((chunk) => chunk['data'] as Uint8Array)).toString('utf8')).toBe(catalogueCsv())
    expect(run.items).toEqual([{ artifact_id: csv?.['artifact_id'], from: `${site.url}/files/catalogue.csv` }])
  })

  it('intentional-failure keeps what was emitted and ends as a script error', async () => {
    await using run = await example('intentional-failure', { url: `${site.url}/list` })
    expect(run.code).toBe(1)
    expect(run.types).toEqual(['item', 'item', 'item', 'artifact', 'artifact', 'artifact', 'log', 'run_error'])
    expect(run.outcome).toMatchObject({ status: 'error', error_type: 'timeout' })
    expect(String(run.outcome?.['stack'])).toMatch(/intentional-failure\/script\.ts:16:\d+/)
    expect(String(run.outcome?.['stack'])).not.toContain('executor.mjs')
  })

  it('git-doc finds what an independent reader of the files finds, page by page', { timeout: 300_000 }, async () => {
    await using run = await example('git-doc', { baseUrl: `${site.url}/git-doc/index.html` })
    expect(run.code).toBe(0)
    const expected = expectedManuals(gitDoc)
    expect(expected.length).toBeGreaterThanOrEqual(200)
    const byPage = (a: Record<string, unknown>, b: Record<string, unknown>) =>
      String(a['page']) < String(b['page']) ? -1 : 1
    expect(run.items.toSorted(byPage)).toEqual(expected)
    expect(run.types.filter((type) => type === 'artifact')).toHaveLength(1)
  })
})
