import { readdirSync, readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { Inbound, type InboundFrame } from '../src/io/inbound.js'

const contracts = new URL('../../tests/contracts/', import.meta.url)
const names = readdirSync(new URL('runtime-frames/', contracts)).map((file) => file.replace(/\.bin$/, ''))

it('has what the runtime wrote', () => expect(names).toContain('durable_ack'))

it.each(names)('%s, as the runtime wrote it, is read as its description says', (name) => {
  const stdin = new PassThrough()
  const read: InboundFrame[] = []
  new Inbound(stdin).onFrame = (frame) => read.push(frame)
  stdin.emit('data', Buffer.from('{}\n'))
  stdin.emit('data', readFileSync(new URL(`runtime-frames/${name}.bin`, contracts)))
  const { frame } = JSON.parse(readFileSync(new URL(`frames/${name}.json`, contracts), 'utf8'))
  expect(read).toEqual([frame])
})
