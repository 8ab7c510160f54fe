import { createBatcher, createStorageBatcher, type EmitEnqueueOptions, type StoragePutOptions } from '@quarry/sdk'
import { describe, expect, it } from 'vitest'

const file = (filename: string): StoragePutOptions => ({ filename, content_type: 'text/plain', data: Buffer.from('x') })

describe('createBatcher', () => {
  function recorder() {
    const sent: EmitEnqueueOptions[] = []
    return { sent, enqueue: async (options: EmitEnqueueOptions) => void sent.push(options) }
  }

  it('sends full batches at once and the rest on flush', async () => {
    const emit = recorder()
    const batcher = createBatcher<number>(emit, { size: 2, target: 'detail.ts', category: 'sale' })
    for (const n of [1, 2, 3]) await batcher.add(n)
    expect(batcher.pending).toBe(1)
    await batcher.flush()
    await batcher.flush()
    const fixed = { target: 'detail.ts', category: 'sale' }
    expect(emit.sent).toEqual([
      { ...fixed, params: { items: [1, 2] } },
      { ...fixed, params: { items: [3] } }
    ])
  })

  it('keeps the items of a refused batch', async () => {
    const refusing = { enqueue: () => Promise.reject(new Error('refused')) }
    const batcher = createBatcher<number>(refusing, { size: 2, target: 't' })
    await batcher.add(1)
    await expect(batcher.add(2)).rejects.toThrow('refused')
    expect(batcher.pending).toBe(2)
  })

  it.each([0, -1, 1.5, Number.NaN])('refuses size %d', (size) => {
    expect(() => createBatcher(recorder(), { size, target: 't' })).toThrow(RangeError)
  })
})

describe('createStorageBatcher', () => {
  it('has as many files on their way as it may, and no more', async () => {
    let open = 0
    let most = 0
    const acknowledge: (() => void)[] = []
    const put = async ({ filename }: StoragePutOptions) => {
      most = Math.max(most, ++open)
      await new Promise<void>((resolve) => acknowledge.push(resolve))
      open--
      return { key: filename }
    }
    const batcher = createStorageBatcher({ put }, { concurrency: 4 })
    const results = Array.from({ length: 10 }, (_value, index) => batcher.add(file(`f${index}`)).result)
    const done = batcher.flush()
    for (let settled = false; !settled; ) {
      for (const answer of acknowledge.splice(0)) answer()
      settled = await Promise.race([
        done.then(() => true),
        new Promise<false>((resolve) => setImmediate(resolve, false))
      ])
    }
    expect(most).toBe(4)
    expect(await Promise.all(results)).toEqual(results.map((_result, index) => ({ key: `f${index}` })))
    expect(batcher.pending).toBe(0)
  })

  it('stores the other files when one is refused, and says so on flush', async () => {
    const put = async ({ filename }: StoragePutOptions) => {
      if (filename === 'bad') throw new Error('refused')
      return { key: filename }
    }
    const batcher = createStorageBatcher({ put })
    const [first, bad, last] = ['a', 'bad', 'c'].map((name) => batcher.add(file(name)).result)
    await expect(batcher.flush()).rejects.toThrow('refused')
    await expect(bad).rejects.toThrow('refused')
    expect([await first, await last]).toEqual([{ key: 'a' }, { key: 'c' }])
    await expect(batcher.flush()).resolves.toBeUndefined()
  })
})
