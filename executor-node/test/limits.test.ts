import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Limits } from '@quarry/sdk'
import { describe, expect, it } from 'vitest'
import { Executor, runScript } from './harness/executor.js'

describe('limits', () => {
  it('let an artifact of 0 bytes through as one empty chunk', async () => {
    const script = `export default ({ emit }) =>
      emit.artifact({ name: 'empty', content_type: 'a/b', data: Buffer.alloc(0) })`
    await using run = await runScript({ script })
    const [chunk] = run.frames.filter((frame) => frame.type === 'artifact_chunk')
    expect(chunk).toMatchObject({ seq: 1, is_last: true, data: Buffer.alloc(0) })
    expect(run.events[0]?.payload).toMatchObject({ size_bytes: 0 })
  })

  it('let a file of exactly 8 MiB through, and refuse one byte more', async () => {
    const script = `export default async ({ storage, emit }) => {
      const put = (bytes) => storage.put({ filename: 'f' + bytes, content_type: 'a/b', data: Buffer.alloc(bytes) })
      await put(${Limits.chunkBytesMax})
      await put(${Limits.chunkBytesMax} + 1).catch((error) => emit.info(error.message))
    }`
    await using run = Executor.start({ script, acknowledges: true })
    expect(await run.end()).toBe(0)
    expect(run.frames.filter((frame) => frame.type === 'file_write')).toHaveLength(1)
    expect(run.logs).toEqual(['data has 8388609 bytes, limit 8388608; use emit.artifact instead.'])
  })

  it('let an item through whose frame has exactly 16 MiB, and refuse one byte more', async () => {
    const script = `export default async ({ emit }) => {
      await emit.item({ item_type: 't', data: { text: 'x'.repeat(1 << 20) } })
      for (const bytes of process.env.SIZES.split(',').map(Number))
        await emit.item({ item_type: 't', data: { text: 'x'.repeat(bytes) } }).catch((error) => emit.info(error.message))
    }`
    await using probe = await runScript({ script, env: { SIZES: '1048576' } })
    expect(probe.code).toBe(0)
    // What an item frame takes besides its text: the same for both sizes, which have headers of the same length.
    const overhead = (probe.reader.lengths[1] ?? 0) - 1048576
    const fits = Limits.frameBytesMax - overhead
    await using run = await runScript({ script, env: { SIZES: `${fits},${fits + 1}` } })
    expect(run.reader.lengths.filter((length) => length === Limits.frameBytesMax)).toHaveLength(1)
    expect(run.types).toEqual(['item', 'item', 'log', 'run_complete'])
    expect(run.logs[0]).toMatch(/takes 16777217 bytes, limit 16777216/)
  })

  it('keep memory flat while an artifact of 1 GiB is streamed', async () => {
    const script = `export default async ({ emit }) => {
      const piece = Buffer.alloc(1 << 20, 1)
      const rss = () => process.resourceUsage().maxRSS / 1024
      let settled
      async function* stream() {
        for (let n = 0; n < 1024; n++) {
          if (n === 128) settled = rss()
          yield piece
        }
      }
      await emit.artifact({ name: 'big', content_type: 'a/b', data: stream() })
      console.log('grew by ' + Math.round(rss() - settled) + ' MiB')
    }`
    await using run = Executor.start({ script })
    let bytes = 0
    run.output.removeAllListeners('data')
    run.output.on('data', (part: Buffer) => {
      bytes += part.length
    })
    expect(await run.end()).toBe(0)
    expect(bytes).toBeGreaterThan(1024 ** 3)
    expect(Number(/grew by (\d+) MiB/.exec(run.stderr)?.[1])).toBeLessThan(32)
  })

  it('keep memory flat over a million events', async () => {
    const script = `export default async ({ emit }) => {
      const rss = () => process.resourceUsage().maxRSS / 1024
      let settled
      for (let n = 1; n <= 1_000_000; n++) {
        await emit.item({ item_type: 'n', data: { n } })
        if (n === 200_000) settled = rss()
      }
      console.log('grew by ' + Math.round(rss() - settled) + ' MiB')
    }`
    await using run = Executor.start({ script })
    run.output.removeAllListeners('data')
    run.output.resume()
    expect(await run.end()).toBe(0)
    expect(Number(/grew by (\d+) MiB/.exec(run.stderr)?.[1])).toBeLessThan(32)
  })

  it('end a script whose page crashes its renderer as a script error', async () => {
    const script = `export default async ({ page }) => {
      await page.goto('data:text/html,<p>still here</p>')
      await page.goto('chrome://crash')
    }`
    await using run = await runScript({ script })
    expect(run.code).toBe(1)
    expect(run.types.at(-1)).toBe('run_error')
    expect(run.profiles).toEqual([])
  })

  it('end a navigation that takes longer, on every page, and leave a quicker one alone', async () => {
    const held = new Promise<void>(() => {})
    const server = createServer(async (request, response) => {
      if (request.url === '/never') await held
      response.end('<p>there</p>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const script = `export default async ({ page, browserContext, job, emit }) => {
      await page.goto(job)
      await emit.info('there')
      await (await browserContext.newPage()).goto(job + 'never')
    }`
    const limits = { navigation_ms: 1_000 }
    await using run = await runScript({ script, job: `http://127.0.0.1:${port}/`, request: { limits } })
    server.closeAllConnections()
    server.close()
    expect(run.code).toBe(1)
    expect(run.logs).toEqual(['there'])
    expect(run.outcome?.['message']).toContain('Navigation timeout of 1000 ms exceeded')
  })
})
