import { describe, expect, it } from 'vitest'
import { runScript } from './harness/executor.js'

const HOOKS = `
const note = (name) => async (...args) => { await args.at(-1).emit.info(name) }
export const beforeRun = note('beforeRun'), afterRun = note('afterRun'), onError = note('onError')
export const beforeTerminal = (signal, ctx) => ctx.emit.info('beforeTerminal ' + signal.outcome)
export const cleanup = (ctx) => console.log('cleanup', ctx.job.n)
`

describe('hooks', () => {
  it('run in the order of the contract when the script succeeds', async () => {
    const script = `export const prepare = (job) => ({ action: 'continue', job: { n: job.n + 1 } })
      export default async (ctx) => { await ctx.emit.item({ item_type: 't', data: ctx.job }) }${HOOKS}`
    await using run = await runScript({ script, job: { n: 1 } })
    expect(run.code).toBe(0)
    expect(run.logs).toEqual(['beforeRun', 'afterRun', 'beforeTerminal completed'])
    expect(run.types).toEqual(['log', 'item', 'log', 'log', 'run_complete'])
    expect(run.items[0]).toEqual({ n: 2 })
    expect(run.stderr).toContain('cleanup 2')
    expect(run.frames[0]).toMatchObject({ type: 'script_info', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) })
    expect(run.frames[0]?.['hooks']).toEqual([
      ...['prepare', 'beforeRun', 'afterRun', 'onError', 'beforeTerminal', 'cleanup']
    ])
    expect(run.frames.at(-1)).toEqual({ type: 'run_result', outcome: { status: 'completed' } })
  })

  it('run in the order of the contract when the script fails', async () => {
    const script = `export default async () => { throw new Error('no luck') }${HOOKS}`
    await using run = await runScript({ script, job: { n: 1 } })
    expect(run.code).toBe(1)
    expect(run.logs).toEqual(['beforeRun', 'onError', 'beforeTerminal error'])
    expect(run.events.at(-1)).toMatchObject({ type: 'run_error', payload: { message: 'no luck' } })
    expect(run.stderr).toContain('cleanup 1')
  })

  it('make the run fail when afterRun throws', async () => {
    const script = `export const afterRun = () => { throw new Error('too late') }
      export const onError = (error, ctx) => ctx.emit.info(error.message)
      export default async () => {}`
    await using run = await runScript({ script })
    expect(run.code).toBe(1)
    expect(run.logs).toEqual(['too late'])
    expect(run.types.at(-1)).toBe('run_error')
  })

  it('do not change the outcome when onError, beforeTerminal or cleanup throw', async () => {
    const fail = (name: string) => `export const ${name} = () => { throw new Error('${name} broke') }\n`
    const script = `${fail('beforeTerminal')}${fail('cleanup')}export default async () => {}`
    await using run = await runScript({ script })
    expect(run.code).toBe(0)
    expect(run.types).toEqual(['run_complete'])
    expect(run.stderr).toContain('The hook beforeTerminal threw')
    expect(run.stderr).toContain('cleanup broke')
  })

  it('start no browser when prepare skips the run', async () => {
    const script = `export const prepare = () => ({ action: 'skip', reason: 'seen before' })
      export const cleanup = () => console.log('cleanup ran')
      export default async () => {}`
    await using run = await runScript({ script, env: { PUPPETEER_EXECUTABLE_PATH: '/nowhere/chromium' } })
    expect(run.code).toBe(0)
    expect(run.events).toHaveLength(1)
    expect(run.events[0]).toMatchObject({
      type: 'run_complete',
      payload: { summary: { skipped: true, reason: 'seen before' } }
    })
    expect(run.stderr).not.toContain('cleanup ran')
  })

  it('fail the run when prepare returns nonsense', async () => {
    await using run = await runScript({ script: 'export const prepare = () => 7\nexport default async () => {}' })
    expect(run.code).toBe(1)
    expect(run.outcome?.['message']).toContain('prepare returned 7')
  })
})

describe('the context', () => {
  it('holds real Puppeteer objects and frozen input', async () => {
    const script = `export default async ({ page, browser, browserContext, job, run, emit, signal }) => {
      await page.setContent('<h1>hello</h1>')
      const text = await page.$eval('h1', (node) => node.textContent)
      let frozen = false
      try { job.deep.n = 2 } catch { frozen = true }
      const same = page.browserContext() === browserContext && browser.connected && !signal.aborted
      await emit.item({ item_type: 'seen', data: { text, frozen, same, attempt: run.attempt } })
    }`
    await using run = await runScript({ script, job: { deep: { n: 1 } } })
    expect(run.items[0]).toEqual({ text: 'hello', frozen: true, same: true, attempt: 1 })
    expect(run.profiles).toEqual([])
  })

  it('carries the checkpoint that the run continues', async () => {
    const script = `export default async ({ resume, emit }) => {
      await emit.item({ item_type: 'resume', data: { ...resume } })
    }`
    const request = {
      attempt: 2,
      parent_run_id: 'run-0',
      resume: { checkpoint_id: 'page-3', state: { page: 3 }, seq: 17 }
    }
    await using run = await runScript({ script, request })
    expect(run.events[0]).toMatchObject({ attempt: 2, parent_run_id: 'run-0' })
    expect(run.items[0]).toEqual(request.resume)
  })
})
