import { PayloadError, type RunMeta, SinkFailedError, TerminalEventError } from '@quarry/sdk'
import { Channel, createEmit, createStorage } from '@quarry/sdk/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { UnsteadySink } from './unsteady-sink.js'

type Call = 'item' | 'log' | 'bad item' | 'artifact' | 'failing artifact' | 'put' | 'complete' | 'error'
type Step = { readonly call: Call; readonly awaited: boolean }
type Outcome = 'resolved' | Error

const RUN = { run_id: 'r', attempt: 1 } as unknown as RunMeta
const TERMINAL: readonly Call[] = ['complete', 'error']
const EVENTS: Partial<Record<Call, string>> = {
  ...{ item: 'item', log: 'log', artifact: 'artifact', complete: 'run_complete', error: 'run_error' }
}

const steps = fc.array(
  fc.record<Step>({
    call: fc.constantFrom<Call>(
      ...([
        'item',
        'item',
        'item',
        'log',
        'bad item',
        'artifact',
        'failing artifact',
        'put',
        'complete',
        'error'
      ] as const)
    ),
    awaited: fc.boolean()
  }),
  { maxLength: 30 }
)

function caller(sink: UnsteadySink) {
  const channel = new Channel(sink)
  const emit = createEmit(channel, sink)
  const storage = createStorage(channel)
  const calls: Record<Call, (n: number) => Promise<unknown>> = {
    item: (n) => emit.item({ item_type: 't', data: { n } }),
    log: (n) => emit.info('m', { n }),
    'bad item': (n) => emit.item({ item_type: 't', data: { n, bad: Number.NaN } }),
    artifact: (n) => emit.artifact({ name: `${n}`, content_type: 'a/b', data: Buffer.alloc(700_000, n) }),
    'failing artifact': (n) => emit.artifact({ name: `${n}`, content_type: 'a/b', data: brokenStream() }),
    put: (n) => storage.put({ filename: `f${n}`, content_type: 'a/b', data: Buffer.from('x') }),
    complete: () => emit.runComplete(),
    error: () => emit.runError({ error_type: 'e', message: 'm' })
  }
  return calls
}

async function* brokenStream() {
  yield Buffer.from('one')
  throw new RangeError('the download broke')
}

async function perform(plan: readonly Step[], sink: UnsteadySink): Promise<Outcome[]> {
  const calls = caller(sink)
  const outcomes: Promise<Outcome>[] = []
  for (const [n, { call, awaited }] of plan.entries()) {
    const outcome = calls[call](n).then(
      () => 'resolved' as const,
      (error: Error) => error
    )
    outcomes.push(outcome)
    if (awaited) await outcome
  }
  return Promise.all(outcomes)
}

function roominess(seed: number): () => boolean {
  let state = seed
  return () => {
    state = (state * 1103515245 + 12345) % 2147483648
    return state % 3 > 0
  }
}

describe('any sequence of calls', () => {
  it('keeps its order and its numbers, and refuses only what it has to', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (plan, seed) => {
        const sink = new UnsteadySink(RUN, roominess(seed), Number.POSITIVE_INFINITY)
        const outcomes = await perform(plan, sink)
        const last = plan.findIndex(({ call }) => TERMINAL.includes(call))
        const live = last < 0 ? plan : plan.slice(0, last + 1)
        expect(sink.recording.events.map(({ type }) => type)).toEqual(
          live.map(({ call }) => EVENTS[call]).filter((type) => type !== undefined)
        )
        expect(sink.recording.events.map(({ seq }) => seq)).toEqual(sink.recording.events.map((_e, index) => index + 1))
        for (const [index, outcome] of outcomes.entries()) {
          const call = plan[index]?.call
          if (index >= live.length) expect(outcome).toBeInstanceOf(TerminalEventError)
          else if (call === 'bad item') expect(outcome).toBeInstanceOf(PayloadError)
          else if (call === 'failing artifact') expect(outcome).toBeInstanceOf(RangeError)
          else if (call !== 'put') expect(outcome).toBe('resolved')
        }
      }),
      { numRuns: 200 }
    )
  })

  it('rejects everything after the transport failed, and what it had stored has no gap', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), fc.nat(10), async (plan, seed, frames) => {
        const sink = new UnsteadySink(RUN, roominess(seed), frames)
        const awaitedPlan = plan.map(({ call }) => ({ call, awaited: true }))
        const outcomes = await perform(awaitedPlan, sink)
        const first = outcomes.findIndex((outcome) => outcome instanceof SinkFailedError)
        const after = first < 0 ? [] : outcomes.slice(first)
        for (const outcome of after) expect(outcome).toBeInstanceOf(SinkFailedError)
        expect(sink.recording.events.map(({ seq }) => seq)).toEqual(sink.recording.events.map((_e, index) => index + 1))
      }),
      { numRuns: 200 }
    )
  })
})
