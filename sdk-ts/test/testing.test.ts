import { execFileSync } from 'node:child_process'
import { defineScript, type QuarryScriptModule } from '@quarry/sdk'
import { testScript } from '@quarry/sdk/testing'
import * as v from 'valibot'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const PAGES = { 'http://shop.test/': '<ul><li class="p">Stone</li><li class="p">Slate</li></ul>' }

describe('testScript', () => {
  const script: QuarryScriptModule<{ url: string }> = {
    default: async ({ page, job, emit, storage }) => {
      await page.goto(job.url)
      for (const name of await page.$$eval('.p', (rows) => rows.map((row) => row.textContent)))
        await emit.item({ item_type: 'product', data: { name } })
      await emit.artifact({ name: 'page.html', content_type: 'text/html', data: Buffer.from(await page.content()) })
      await storage.put({ filename: 'a.txt', content_type: 'text/plain', data: Buffer.from('a') })
    },
    afterRun: ({ emit }) => emit.info('done'),
    cleanup: () => {
      throw new Error('cleanup broke')
    }
  }

  it('runs a script with its hooks against local HTML', async () => {
    const result = await testScript(script, { job: { url: 'http://shop.test/' }, pages: PAGES })
    expect(result.outcome).toEqual({ status: 'completed' })
    expect(result.items('product')).toEqual([{ name: 'Stone' }, { name: 'Slate' }])
    expect(result.artifacts[0]).toMatchObject({ name: 'page.html', size_bytes: result.artifacts[0]?.bytes.length })
    expect(result.files).toEqual([{ filename: 'a.txt', content_type: 'text/plain', data: new Uint8Array([97]) }])
    expect(result.logs).toEqual([{ level: 'info', message: 'done' }])
    expect(result.events.map(({ type }) => type)).toEqual(['item', 'item', 'artifact', 'log', 'run_complete'])
    expect(result.reports).toEqual(['The hook cleanup threw; the run goes on without it: cleanup broke'])
  })

  it('answers 404 for what the test did not provide', async () => {
    const module: QuarryScriptModule = {
      default: async ({ page, emit }) => {
        const response = await page.goto('http://elsewhere.test/')
        await emit.item({ item_type: 'status', data: { status: response?.status() } })
      }
    }
    expect((await testScript(module, { pages: PAGES })).items()).toEqual([{ status: 404 }])
  })
})

describe.each([
  ['zod', z.object({ name: z.string(), n: z.number().default(7) }), z.object({ price: z.number() })],
  ['valibot', v.object({ name: v.string(), n: v.optional(v.number(), 7) }), v.object({ price: v.number() })]
])('defineScript with %s', (_library, job, product) => {
  const script = defineScript({ job, items: { product } }, async ({ job, emit }) => {
    await emit.item({ item_type: 'seen', data: { ...job } })
    await emit.item({ item_type: 'product', data: { price: 1 } })
    await emit.item({ item_type: 'product', data: { price: 'free' } }).catch((error: Error) => emit.warn(error.message))
  })

  it('checks the job, applies its defaults, and checks items', async () => {
    const result = await testScript<unknown>({ default: script as never }, { job: { name: 'a' }, pages: {} })
    expect(result.items()).toEqual([{ name: 'a', n: 7 }, { price: 1 }])
    expect(result.logs[0]?.message).toMatch(/^data\.price does not fit the schema of product/)
  })

  it('refuses a job that does not fit, naming the field', async () => {
    const result = await testScript<unknown>({ default: script as never }, { job: { name: 1 } })
    expect(result.outcome).toMatchObject({ status: 'error', error_type: 'invalid_job' })
    expect(result.outcome.message).toMatch(/^The job does not fit the script: job\.name: /)
  })
})

describe('the package', () => {
  it.each([
    ["require('@quarry/sdk').createBatcher", 'function'],
    ["require('@quarry/sdk').CONTRACT_VERSION", 'string'],
    ["(await import('@quarry/sdk/testing')).testScript", 'function']
  ])('gives %s', (expression, type) => {
    const program = `(async () => console.log(typeof ${expression}))()`
    expect(execFileSync(process.execPath, ['-e', program], { encoding: 'utf8' }).trim()).toBe(type)
  })
})
