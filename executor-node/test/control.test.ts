import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { Executor, runScript } from './harness/executor.js'

/** Processes whose environment carries the tag. */
function tagged(tag: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => environmentOf(pid).includes(`QUARRY_RUN_ID=${tag}`))
}

function environmentOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8')
  } catch {
    // The process ended, or is a zombie.
    return ''
  }
}

async function gone(tag: string): Promise<void> {
  await expect.poll(() => tagged(tag), { timeout: 10_000 }).toEqual([])
}

const WAITING = `
  export const onError = (error, ctx) => ctx.emit.info(error.name)
  export const cleanup = () => console.log('cleaned up')
  export default async ({ emit }) => { await emit.info('waiting'); await new Promise(() => {}) }`

describe('cancel', () => {
  it('ends a script that does not listen, with its hooks, inside the grace period', async () => {
    await using run = Executor.start({ script: WAITING })
    await run.until(() => run.logs.includes('waiting'))
    run.send({ type: 'cancel', reason: 'asked by a user', grace_ms: 2_000 })
    expect(await run.end()).toBe(1)
    expect(run.logs).toEqual(['waiting', 'CanceledError'])
    expect(run.outcome).toMatchObject({ status: 'error', error_type: 'canceled' })
    expect(run.outcome?.['message']).toContain('asked by a user')
    expect(run.stderr).toContain('cleaned up')
  })

  it('lets a script that listens finish by itself', async () => {
    const script = `export default async ({ emit, signal }) => {
      await emit.info('waiting')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await emit.item({ item_type: 'last', data: { reason: signal.reason.reason } })
    }`
    await using run = Executor.start({ script })
    await run.until(() => run.logs.includes('waiting'))
    run.send({ type: 'cancel', reason: 'timed_out', grace_ms: 60_000 })
    expect(await run.end()).toBe(0)
    expect(run.items).toEqual([{ reason: 'timed_out' }])
  })

  it('does not wait for a cleanup hook that never returns', async () => {
    const script = WAITING.replace("console.log('cleaned up')", 'new Promise(() => {})')
    await using run = Executor.start({ script })
    await run.until(() => run.logs.includes('waiting'))
    run.send({ type: 'cancel', reason: 'enough', grace_ms: 1_000 })
    expect(await run.end()).toBe(1)
    expect(run.types.at(-1)).toBe('run_error')
  })

  it('is what SIGTERM does', async () => {
    await using run = Executor.start({ script: WAITING })
    await run.until(() => run.logs.includes('waiting'))
    run.child.kill('SIGTERM')
    expect(await run.end()).toBe(1)
    expect(run.outcome?.['message']).toContain('SIGTERM')
  })
})

describe('the browser of a run', () => {
  it('ends with the executor when stdin closes', async () => {
    await using run = Executor.start({ script: WAITING, env: { QUARRY_RUN_ID: 'stdin-closes' } })
    await run.until(() => run.logs.includes('waiting'))
    expect(tagged('stdin-closes').length).toBeGreaterThan(1)
    run.child.stdin?.end()
    expect(await run.end()).toBe(2)
    await gone('stdin-closes')
    expect(run.profiles).toEqual([])
  })

  it('ends with the executor when the executor is killed', async () => {
    await using run = Executor.start({ script: WAITING, env: { QUARRY_RUN_ID: 'killed' } })
    await run.until(() => run.logs.includes('waiting'))
    run.child.kill('SIGKILL')
    expect(await run.end()).toBeNull()
    await gone('killed')
  })

  it('is killed when it hangs, with all of its processes', async () => {
    const script = `export default async ({ emit, signal }) => {
      await emit.info('ready')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
    }`
    await using run = Executor.start({ script, env: { QUARRY_RUN_ID: 'hung' } })
    await run.until(() => run.logs.includes('ready'))
    for (const pid of tagged('hung')) if (Number(pid) !== run.child.pid) process.kill(Number(pid), 'SIGSTOP')
    run.send({ type: 'cancel', reason: 'enough', grace_ms: 5_000 })
    expect(await run.end()).toBe(0)
    await gone('hung')
    expect(run.profiles).toEqual([])
  })

  it('is named as the cause when it ends in the middle of a run', async () => {
    const script = `export default async ({ page, emit }) => {
      await emit.info('ready')
      await page.waitForFunction('false', { timeout: 0 })
    }`
    await using run = Executor.start({ script, env: { QUARRY_RUN_ID: 'lost-browser' } })
    await run.until(() => run.logs.includes('ready'))
    for (const pid of tagged('lost-browser')) if (Number(pid) !== run.child.pid) process.kill(Number(pid), 'SIGKILL')
    expect(await run.end()).toBe(1)
    expect(run.outcome).toMatchObject({ status: 'error', error_type: 'browser_lost' })
  })
})

describe('acknowledgements', () => {
  it('settle each file on its own', async () => {
    const script = `export default async ({ storage, emit }) => {
      const put = (filename) => storage.put({ filename, content_type: 'text/plain', data: Buffer.from(filename) })
      const results = await Promise.allSettled([put('a.txt'), put('ä.txt'), put('../b.txt')])
      for (const { status, value, reason } of results) await emit.info(status + ' ' + (value?.key ?? reason.message))
    }`
    const storage = { dataset: 'd', source: 's/1', category: 'c', day: '2026-01-31', run_id: 'run-1' }
    await using run = Executor.start({ script, request: { storage } })
    await run.until(() => run.frames.filter((frame) => frame.type === 'file_write').length === 2)
    run.send({ type: 'file_write_ack', write_id: 2, ok: true })
    run.send({ type: 'file_write_ack', write_id: 1, ok: false, error: 'disk full' })
    expect(await run.end()).toBe(0)
    const base = 'datasets/d/partitions/source=s%2F1/category=c/day=2026-01-31/run_id=run-1/files/'
    expect(run.logs).toEqual([
      expect.stringMatching(/^rejected .*disk full/),
      `fulfilled ${base}%C3%A4.txt`,
      expect.stringMatching(/^rejected The storage file name "\.\.\/b\.txt" cannot be used/)
    ])
  })

  it('make flush wait until everything before it is durable', async () => {
    const script = `export default async ({ emit }) => {
      void emit.item({ item_type: 't', data: { n: 1 } })
      void emit.item({ item_type: 't', data: { n: 2 } })
      await emit.flush()
      await emit.info('durable')
      await emit.flush({ timeoutMs: 50 }).catch((error) => emit.info(error.name))
    }`
    await using run = Executor.start({ script })
    await run.until(() => run.frames.some((frame) => frame.type === 'flush_request' && frame['seq'] === 2))
    expect(run.events.length).toBe(2)
    run.send({ type: 'durable_ack', seq: 1 })
    run.send({ type: 'something_new', with: 'fields' })
    expect(run.logs).toEqual([])
    run.send({ type: 'durable_ack', seq: 2 })
    expect(await run.end()).toBe(0)
    expect(run.logs).toEqual(['durable', 'FlushTimeoutError'])
  })
})

describe('backpressure', () => {
  const script = `export default async ({ emit }) => {
    let sent = 0
    const timer = setInterval(() => console.log('sent ' + sent), 20)
    for (let n = 0; n < 6000; n++) { await emit.item({ item_type: 't', data: { n, text: 'x'.repeat(1000) } }); sent++ }
    clearInterval(timer)
    console.log('all sent')
  }`

  it('stops a script whose frames nobody reads, and loses nothing', async () => {
    await using run = Executor.start({ script })
    run.output.pause()
    const reports = () => [...run.stderr.matchAll(/sent (\d+)/g)].map((match) => Number(match[1]))
    await run.until(() => reports().length >= 5 && new Set(reports().slice(-5)).size === 1)
    const held = reports().at(-1) ?? 0
    expect(held).toBeGreaterThan(100)
    // One MiB in the executor, what the pipe takes, and what this side's socket buffered before it paused.
    expect(held * 1000).toBeLessThan(1.5 * 1024 * 1024)
    expect(run.stderr).not.toContain('all sent')
    run.output.resume()
    expect(await run.end()).toBe(0)
    expect(run.items.map((item) => item['n'])).toEqual(Array.from({ length: 6000 }, (_value, index) => index))
  })

  it('keeps the order of calls that are not awaited, artifacts and files among them', async () => {
    const floating = `export default async ({ emit, storage }) => {
      for (let n = 0; n < 2000; n++) {
        void emit.item({ item_type: 't', data: { n, text: 'x'.repeat(1000) } })
        if (n === 500) void emit.artifact({ name: 'a', content_type: 'b/c', data: Buffer.alloc(3_000_000, 7) })
        const file = { filename: 'f', content_type: 'b/c', data: Buffer.alloc(n === 1000 ? 2_000_000 : 0) }
        if (n === 1000) storage.put(file).catch(() => {})
      }
    }`
    await using run = await runScript({ script: floating })
    expect(run.code).toBe(0)
    expect(run.items.map((item) => item['n'])).toEqual(Array.from({ length: 2000 }, (_value, index) => index))
    expect(run.events.map((event) => event.seq)).toEqual(run.events.map((_event, index) => index + 1))
    const at = run.events.findIndex((event) => event.type === 'artifact')
    expect(at).toBe(501)
    const chunks = run.frames.filter((frame) => frame.type === 'artifact_chunk')
    expect(chunks.map((chunk) => chunk['is_last'])).toEqual([...Array(5).fill(false), true])
    expect(run.events[at]?.payload).toMatchObject({ size_bytes: 3_000_000 })
    expect(run.types.at(-1)).toBe('run_complete')
  })
})
