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

async function example(name: string, job: unknown, request: Record<string, unknown> = {}) {
  const script = name.includes('/') ? `./${name}.ts` : `./${name}/script.ts`
  const run = Executor.start({ path: path(script), job, request })
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

  it('pagination reads every page, and goes on where an earlier attempt stopped', async () => {
    await using all = await example('pagination', { url: `${site.url}/list` })
    expect(all.items.map((item) => item['id'])).toEqual(PRODUCTS.map(({ id }) => id))
    const checkpoints = all.events.filter((event) => event.type === 'checkpoint')
    expect(checkpoints.map((event) => event.payload?.['state'])).toEqual([
      { next: `${site.url}/list?page=2` },
      { next: `${site.url}/list?page=3` },
      { next: null }
    ])
    const { checkpoint_id, state } = checkpoints[0]?.payload ?? {}
    const resume = { checkpoint_id, state, seq: checkpoints[0]?.seq }
    await using rest = await example('pagination', null, { attempt: 2, parent_run_id: 'run-0', resume })
    expect(rest.items.map((item) => item['id'])).toEqual(PRODUCTS.slice(10).map(({ id }) => id))
  })

  it('fan-out asks for child runs whose jobs the other script can do', async () => {
    await using list = await example('fan-out/list', { url: `${site.url}/list` })
    const enqueued = list.events.filter((event) => event.type === 'enqueue').map((event) => event.payload)
    const sizes = enqueued.map((work) => (work?.['params'] as { items: unknown[] } | undefined)?.items.length)
    expect(sizes).toEqual([4, 4, 2])
    await using detail = await example('fan-out/detail', enqueued[1]?.['params'])
    const facts = ({ id, name, price, stock }: (typeof PRODUCTS)[number]) => ({
      url: `${site.url}/products/${id}`,
      name,
      price,
      stock
    })
    expect(detail.items).toEqual(PRODUCTS.slice(4, 8).map(facts))
  })

  it('hooks prepares, skips, and reports', async () => {
    await using run = await example('hooks', { url: `${site.url}/list` })
    expect(run.items).toEqual([{ count: 10, agent: 'Quarry example' }])
    expect(run.types).toEqual(['item', 'log', 'run_complete'])
    await using skipped = await example('hooks', { enabled: false })
    expect(skipped.events.map((event) => event.payload)).toEqual([
      { summary: { skipped: true, reason: 'the job is switched off' } }
    ])
  })

  it('login reads what only a signed-in visitor sees, and says when it may not', async () => {
    await using run = await example('login', { url: site.url })
    expect(run.items).toEqual(PRODUCTS.slice(0, 4).map(({ id, name }) => ({ id, name })))
    await using refused = await example('login', { url: site.url, password: 'wrong' })
    expect(refused.code).toBe(1)
    expect(refused.outcome).toMatchObject({ error_type: 'login_refused', message: 'Wrong name or password.' })
  })

  it('infinite-scroll emits every product once', async () => {
    await using run = await example('infinite-scroll', { url: `${site.url}/infinite` })
    expect(run.code).toBe(0)
    expect(run.items).toEqual(PRODUCTS.map(({ id, name }) => ({ id, name })))
  })

  it('dogfood emits every product with its trail, a checkpoint for each page, and the catalogue', async () => {
    await using run = await example('dogfood', { url: site.url })
    expect(run.code).toBe(0)
    expect(run.items.map((item) => item['id'])).toEqual(PRODUCTS.map(({ id }) => id))
    const count = (wanted: string) => run.types.filter((type) => type === wanted).length
    expect(['log', 'checkpoint', 'artifact'].map(count)).toEqual([20 * PRODUCTS.length, 3, 1])
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
