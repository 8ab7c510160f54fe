import { describe, expect, it } from 'vitest'
import { Executor, runScript } from './harness/executor.js'

const politeness = { concurrency: 1, delay_ms: 0, robots: false, user_agent: 'quarry' }

describe('ctx.polite', () => {
  it('asks the runtime for a turn, says what it answers, and ends the turn once', async () => {
    const script = `export default async ({ polite, emit }) => {
      const turn = await polite('http://user:word@site.test:8080/a?token=x')
      await emit.item({ item_type: 't', data: { allowed: turn.allowed, waited: typeof turn.waitedMs } })
      await turn.done()
      await turn.done()
      { await using other = await polite(new URL('https://site.test/')) }
      const none = await polite('http://site.test/')
      await emit.item({ item_type: 't', data: { allowed: none.allowed, reason: none.reason } })
    }`
    await using executor = Executor.start({ script, request: { politeness } })
    const asked = () => executor.frames.filter(({ type }) => type === 'turn_request')
    for (const [at, allowed] of [true, true, false].entries()) {
      await executor.until(() => asked().length === at + 1)
      executor.send({ type: 'turn_granted', turn_id: 99, allowed: true, waited_ms: 0 })
      executor.send({ type: 'turn_granted', turn_id: at + 1, allowed, waited_ms: 5, ...(!allowed && { reason: 'no' }) })
    }
    expect(await executor.end()).toBe(0)
    expect(asked().map(({ turn_id, url }) => [turn_id, url])).toEqual([
      [1, 'http://site.test:8080/'],
      [2, 'https://site.test/'],
      [3, 'http://site.test/']
    ])
    expect(executor.frames.filter(({ type }) => type === 'turn_done').map((frame) => frame['turn_id'])).toEqual([1, 2])
    expect(executor.items).toEqual([
      { allowed: true, waited: 'number' },
      { allowed: false, reason: 'no' }
    ])
  })

  it('keeps to a budget of its own when the runtime says nothing of turns', async () => {
    const script = `export default async ({ polite, emit }) => {
      const starts = []
      await Promise.all([1, 2].map(async () => {
        await using turn = await polite('http://site.test/')
        starts.push(performance.now())
      }))
      await emit.item({ item_type: 't', data: { apart: starts[1] - starts[0] >= 999 } })
    }`
    await using run = await runScript({ script })
    expect(run.items).toEqual([{ apart: true }])
    expect(run.types).not.toContain('turn_request')
  })

  it('refuses what has no host', async () => {
    const script = `export default ({ polite }) => polite('data:text/html,x')`
    await using run = await runScript({ script, request: { politeness } })
    expect(run.outcome?.['message']).toContain('needs an http: or https: address, not data:')
  })
})
