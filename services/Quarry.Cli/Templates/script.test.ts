import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { testScript } from '@quarry/sdk/testing'
import * as script from './script.ts'

const url = 'https://shop.example/list'
const saved = readFileSync(new URL('./pages/list.html', import.meta.url), 'utf8')

test('emits every product of a list page', async () => {
  const result = await testScript(script, { job: { url }, pages: { [url]: saved } })

  assert.deepEqual(result.outcome, { status: 'completed' })
  assert.deepEqual(result.items('product'), [
    { name: 'Granite slab', price: 129.5 },
    { name: 'Slate tile', price: 4.2 }
  ])
})

test('warns when there is no product', async () => {
  const result = await testScript(script, { job: { url }, pages: { [url]: '<title>Nothing here</title>' } })

  assert.deepEqual(result.items(), [])
  assert.equal(result.logs[0]?.level, 'warn')
})
