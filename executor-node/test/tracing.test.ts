import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Limits } from '@quarry/sdk/internal'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Executor, runScript } from './harness/executor.js'

const CONTEXT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331'
const SAYS = `import { execFileSync } from 'node:child_process'
  export default async ({ emit, run }) => {
    const child = execFileSync(process.execPath, ['-p', 'process.env.TRACEPARENT']).toString().trim()
    await emit.item({ item_type: 'trace', data: { run: run.traceparent, env: process.env.TRACEPARENT, child } })
  }`

let site: Server
let port = 0

beforeAll(async () => {
  site = createServer(({ url }, answer) => {
    if (url?.startsWith('/old')) answer.writeHead(302, { location: '/page?token=secret' }).end()
    else if (url?.startsWith('/page')) answer.writeHead(200, { 'content-type': 'text/html' }).end('<p>ok')
    else if (url !== '/hangs') answer.writeHead(404, { 'content-type': 'text/html' }).end('<p>no')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  port = (site.address() as AddressInfo).port
})
afterAll(() => {
  site.closeAllConnections()
  site.close()
})

function spans(executor: Executor) {
  return executor.frames.filter(({ type }) => type === 'span')
}

describe('traceparent', () => {
  it('is what the script, its environment and its child processes have', async () => {
    const traceparent = `${CONTEXT}-00`
    await using run = await runScript({ script: SAYS, request: { traceparent } })
    expect(run.items).toEqual([{ run: traceparent, env: traceparent, child: traceparent }])
    expect(run.events.every((event) => !('traceparent' in event))).toBe(true)
  })

  it.each([
    `ff${CONTEXT.slice(2)}-01`,
    `${CONTEXT}-1`,
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    7,
    ''
  ])('%s is none, and the run goes on without', async (traceparent) => {
    await using run = await runScript({ script: SAYS, request: { traceparent } })
    expect(run.code).toBe(0)
    expect(run.items).toEqual([{ child: 'undefined' }])
  })

  it('of one run is not that of the next one in the same process', async () => {
    await using executor = Executor.start({ script: SAYS, args: ['--serve'], stdin: '' })
    const ready = (times: number) =>
      executor.until(() => executor.frames.filter(({ type }) => type === 'executor_ready').length === times)
    for (const [at, traceparent] of [`${CONTEXT}-01`, undefined].entries()) {
      await ready(at + 1)
      const script_path = join(executor.folder, 'script.ts')
      const request = { run_id: `r${at}`, attempt: 1, job: null, script_path, serves_next: true, traceparent }
      executor.child.stdin?.write(`${JSON.stringify(request)}\n`)
    }
    await ready(3)
    executor.child.stdin?.end()
    expect(await executor.end()).toBe(0)
    expect(executor.items.map((item) => item['env'])).toEqual([`${CONTEXT}-01`, undefined])
  })
})

describe('spans', () => {
  const script = `export default async ({ page, browserContext, job, emit }) => {
      await page.goto(job + '/old?token=secret')
      const other = await browserContext.newPage()
      await other.goto(job + '/none').catch(() => {})
      await page.goto('http://127.0.0.1:1/').catch(() => {})
      page.goto(job + '/hangs').catch(() => {})
      await page.waitForRequest((request) => request.url().endsWith('/hangs'))
      await emit.info('done')
    }`

  it('tell of every navigation, and neither of paths nor of what is secret', async () => {
    const job = `http://user:pass@127.0.0.1:${port}`
    const before = Date.now() * 1000
    await using run = await runScript({ script, job, request: { traceparent: `${CONTEXT}-01` } })
    const place = { 'url.scheme': 'http', 'server.address': '127.0.0.1', 'server.port': port }
    const told = spans(run).map(({ name, error, attributes }) => ({ name, error, ...(attributes as object) }))
    const navigation = { name: 'navigation', error: undefined, ...place }
    expect(told).toEqual([
      { ...navigation, 'quarry.navigation.end': 'load', 'http.response.status_code': 200 },
      { ...navigation, 'quarry.navigation.end': 'load', 'http.response.status_code': 404 },
      {
        ...{ ...navigation, 'server.port': 1, 'quarry.navigation.end': 'failed' },
        error: expect.stringMatching(/^net::ERR_/)
      },
      { ...navigation, 'quarry.navigation.end': 'run_end' }
    ])
    for (const { start, end } of spans(run) as unknown as { start: number; end: number }[]) {
      expect(start).toBeGreaterThan(before)
      expect(end).toBeGreaterThanOrEqual(start)
    }
    expect(JSON.stringify(spans(run))).not.toMatch(/secret|pass|token/)
    expect(run.frames.at(-1)?.type).toBe('run_result')
  })

  it.each([`${CONTEXT}-00`, undefined])('are not made for %s', async (traceparent) => {
    await using run = await runScript({ script, job: `http://127.0.0.1:${port}`, request: { traceparent } })
    expect(run.code).toBe(0)
    expect(spans(run)).toEqual([])
  })

  it('wait for a frame that leaves anyway', async () => {
    const script = `export default async ({ page, job, emit }) => {
        await page.goto(job + '/page')
        const asked = new Promise((resolve) => process.once('SIGUSR2', resolve))
        console.error('navigated')
        await asked
        await emit.info('after')
      }`
    const request = { traceparent: `${CONTEXT}-01` }
    await using executor = Executor.start({ script, job: `http://127.0.0.1:${port}`, request })
    await executor.until(() => executor.stderr.includes('navigated'))
    expect(spans(executor)).toEqual([])
    executor.child.kill('SIGUSR2')
    expect(await executor.end()).toBe(0)
    expect(executor.frames.map(({ type }) => type)).toEqual([
      'script_info',
      'span',
      'log',
      'run_complete',
      'run_result'
    ])
  })

  it('are 1000 at most', async () => {
    const script = `export default async ({ browserContext, job }) => {
        let left = job.bound + 1
        const browse = async (page) => {
          while (left-- > 0) await page.goto(job.site + '/page')
        }
        await Promise.all([1, 2, 3, 4].map(async () => browse(await browserContext.newPage())))
      }`
    const job = { site: `http://127.0.0.1:${port}`, bound: Limits.spansReportedMax }
    await using run = await runScript({ script, job, request: { traceparent: `${CONTEXT}-01` } })
    expect(spans(run).length).toBe(Limits.spansReportedMax)
  }, 180_000)
})
