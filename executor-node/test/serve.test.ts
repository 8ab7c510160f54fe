import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { Executor } from './harness/executor.js'

const serving = { args: ['--serve'], stdin: '' }

/** Sends the next request line. */
function ask(executor: Executor, runId: string, more: object = {}): void {
  const script_path = join(executor.folder, 'script.ts')
  const request = { run_id: runId, attempt: 1, job: null, script_path, serves_next: true, ...more }
  executor.child.stdin?.write(`${JSON.stringify(request)}\n`)
}

function readies(executor: Executor) {
  return executor.frames.filter(({ type }) => type === 'executor_ready')
}

async function ready(executor: Executor, times: number): Promise<void> {
  await executor.until(() => readies(executor).length === times)
}

/** What a browser that is lent says when it is ready. */
async function reportOf(browser: Executor): Promise<Record<string, string>> {
  browser.output.removeAllListeners('data')
  const arrived = new Promise<Buffer>((resolve) => browser.output.once('data', resolve))
  const line = await Promise.race([arrived, browser.end().then(() => Promise.reject(new Error(browser.stderr)))])
  return JSON.parse(line.toString('utf8')) as Record<string, string>
}

async function endpointOf(browser: Executor): Promise<string> {
  return String((await reportOf(browser))['endpoint'])
}

describe('--serve', () => {
  it('runs one script after another, each from the start and with frames of its own', async () => {
    const script = `let calls = 0
      export default async ({ emit, run }) => {
        calls++
        await emit.info(run.run_id + ' ' + calls)
        console.log('console of ' + run.run_id)
      }`
    await using executor = Executor.start({ script, ...serving })
    await ready(executor, 1)
    for (const [at, runId] of ['a', 'b', 'c'].entries()) {
      ask(executor, runId)
      executor.send({ type: 'durable_ack', seq: 2 })
      await ready(executor, at + 2)
    }
    executor.child.stdin?.end()
    expect(await executor.end()).toBe(0)
    expect(executor.logs).toEqual(['a 1', 'b 1', 'c 1'])
    expect(executor.events.map((event) => event['seq'])).toEqual([1, 2, 1, 2, 1, 2])
    expect(readies(executor).map((frame) => frame['exit_code'])).toEqual([undefined, 0, 0, 0])
    expect(executor.stderr.split('\x1e\n').map((part) => part.trim())).toEqual([
      ...['console of a', 'console of b', 'console of c'],
      ''
    ])
  })

  it('goes on after a script that failed, and sees a file that changed', async () => {
    const script =
      "import { what } from './what.js'\nexport default async ({ emit, job }) => { await emit.info(what()) }"
    const failing = "export const what = () => { throw new Error('no') }"
    await using executor = Executor.start({ script, files: { 'what.js': failing }, ...serving })
    ask(executor, 'a')
    await ready(executor, 2)
    writeFileSync(join(executor.folder, 'what.js'), "export const what = () => 'mended'")
    ask(executor, 'b')
    await ready(executor, 3)
    expect(readies(executor).map((frame) => frame['exit_code'])).toEqual([undefined, 1, 0])
    expect(executor.logs).toEqual(['mended'])
  })

  it.each([
    ['a timer', 'setInterval(() => {}, 10_000)'],
    ['a listener', "process.on('beforeExit', () => {})"],
    ['a variable', "process.env.LEFT = 'here'"],
    ['a global', 'globalThis.left = 1'],
    ['a folder', "process.chdir('/')"]
  ])('serves nobody after a script that left %s behind', async (_what, statement) => {
    const script = `export default async ({ emit }) => { ${statement}; await emit.info('x') }`
    await using executor = Executor.start({ script, ...serving })
    ask(executor, 'a')
    expect(await executor.end()).toBe(0)
    expect(executor.types).toEqual(['log', 'run_complete'])
    expect(readies(executor)).toHaveLength(1)
  })

  it('serves one run when the request does not say that more may come', async () => {
    await using executor = Executor.start({ script: 'export default () => {}', ...serving })
    ask(executor, 'a', { serves_next: undefined })
    expect(await executor.end()).toBe(0)
  })

  it('ends when stdin closes before a request came', async () => {
    await using executor = Executor.start(serving)
    await ready(executor, 1)
    executor.child.stdin?.end()
    expect(await executor.end()).toBe(0)
  })
})

describe('--browser', () => {
  const text = "await page.evaluate('String(1 + 1)')"
  const script = `export default async ({ page, emit }) => { await emit.info(${text}) }`

  it('lends a browser to runs that ask for one, until stdin closes', async () => {
    await using browser = Executor.start({ args: ['--browser'], stdin: '', sockets: true })
    const { endpoint, version } = await reportOf(browser)
    expect(version).toMatch(/^(Headless)?Chrome\/\d+/)
    await using executor = Executor.start({ script, ...serving })
    for (const [at, runId] of ['a', 'b'].entries()) {
      ask(executor, runId, { browser_on_request: true })
      await executor.until(() => executor.frames.filter(({ type }) => type === 'browser_request').length === at + 1)
      executor.send({ type: 'browser', endpoint })
      await ready(executor, at + 2)
    }
    expect(executor.logs).toEqual(['2', '2'])
    expect(browser.profiles).toHaveLength(1)
    browser.child.stdin?.end()
    expect(await browser.end()).toBe(0)
    expect(browser.profiles).toEqual([])
  })

  it('lets no run wait for the script of another, nor see its pages', async () => {
    const busy = `import { existsSync } from 'node:fs'
      export default async ({ emit, job }) => {
        await emit.info('busy')
        // What was emitted leaves at the end of the turn.
        await new Promise((resolve) => setImmediate(resolve))
        while (!existsSync(job)) {}
      }`
    const visits = `export default async ({ emit, page, browser, browserContext }) => {
      await page.goto('data:text/html,<title>mine</title>')
      await emit.info([await page.title(), (await browser.pages()).length, (await browserContext.pages()).length].join())
    }`
    await using browser = Executor.start({ args: ['--browser'], stdin: '', sockets: true })
    const endpoint = await endpointOf(browser)
    const other = await puppeteer.connect({ browserWSEndpoint: endpoint })
    const lend = async (executor: Executor) => {
      const context = await other.createBrowserContext()
      await context.newPage()
      await executor.until(() => executor.frame('browser_request') !== undefined)
      executor.send({ type: 'browser', endpoint, context_id: context.id })
    }
    const gate = join(browser.folder, 'go')
    const request = { browser_on_request: true }
    await using first = Executor.start({ script: busy, job: gate, request })
    await lend(first)
    await first.until(() => first.logs.includes('busy'))
    await using second = Executor.start({ script: visits, request })
    await lend(second)
    expect(await second.end()).toBe(0)
    expect(second.logs).toEqual(['mine,1,1'])
    writeFileSync(gate, '')
    expect(await first.end()).toBe(0)
    await other.disconnect()
  })

  it('gives a run with a proxy a context of its own, whatever context is lent', async () => {
    const goes = "export default ({ page }) => page.goto('http://127.0.0.1:45994/')"
    const proxy = { protocol: 'http', host: '127.0.0.1', port: 45995 }
    await using browser = Executor.start({ args: ['--browser'], stdin: '', sockets: true })
    const endpoint = await endpointOf(browser)
    const other = await puppeteer.connect({ browserWSEndpoint: endpoint })
    const context = await other.createBrowserContext()
    await using executor = Executor.start({ script: goes, request: { browser_on_request: true, proxy } })
    await executor.until(() => executor.frame('browser_request') !== undefined)
    executor.send({ type: 'browser', endpoint, context_id: context.id })
    expect(await executor.end()).toBe(1)
    expect(executor.outcome?.['message']).toContain('ERR_PROXY_CONNECTION_FAILED')
    expect(other.browserContexts().map(({ id }) => id)).toContain(context.id)
    await other.disconnect()
  })

  it('that the runtime cannot lend fails the run with its reason', async () => {
    await using executor = Executor.start({ script, request: { browser_on_request: true } })
    await executor.until(() => executor.frame('browser_request') !== undefined)
    executor.send({ type: 'browser', error: 'Every browser is in use.' })
    expect(await executor.end()).toBe(2)
    expect(executor.outcome?.['message']).toBe('Every browser is in use.')
  })
})
