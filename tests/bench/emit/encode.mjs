// @ts-check
// P2 (encode): node eng/pinned-node.mjs tests/bench/emit/encode.mjs
// The envelope encoder against @msgpack/msgpack and msgpackr (both reused), in the order A B C C B A.
import { randomUUID } from 'node:crypto'
import { loadavg } from 'node:os'
import { Encoder } from '@msgpack/msgpack'
import { FrameEncoder, payloads } from '@quarry/sdk/internal'
import { Packr } from 'msgpackr'
import { save, summary } from './summary.mjs'
import { COUNT, ITEM, RUN } from './workload.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 5)

const ours = new FrameEncoder(RUN)
const encoder = new Encoder()
const packr = new Packr({ useRecords: false })
const envelope = (/** @type {number} */ seq) => ({
  ...{ contract_version: '1.0.0', event_id: randomUUID(), ...RUN, seq, type: 'item' },
  ...{ ts: new Date().toISOString(), payload: ITEM }
})

/** @type {Record<string, (seq: number) => void>} */
const programs = {
  ours: (seq) => {
    ours.writer.position = 0
    ours.event('item', seq, payloads.item(ITEM))
  },
  msgpack: (seq) => encoder.encodeSharedRef(envelope(seq)),
  msgpackr: (seq) => packr.pack(envelope(seq))
}

/** @param {string} name */
function measure(name) {
  const program = programs[name]
  if (program === undefined) throw new Error(`There is no program ${name}.`)
  const start = process.hrtime.bigint()
  for (let seq = 1; seq <= COUNT; seq++) program(seq)
  return Math.round((COUNT * 1e9) / Number(process.hrtime.bigint() - start))
}

const before = loadavg()
/** @type {Record<string, number[]>} */
const samples = { ours: [], msgpack: [], msgpackr: [] }
const names = Object.keys(samples)
for (const name of names) measure(name)
for (let round = 0; round < ROUNDS; round++)
  for (const name of [...names, ...names.toReversed()]) samples[name]?.push(measure(name))

const rates = Object.fromEntries(names.map((name) => [name, summary(samples[name] ?? [])]))
const ratio = (/** @type {string} */ name) =>
  Number(((rates.ours?.median ?? 0) / (rates[name]?.median ?? 1)).toFixed(2))
const ratios = { msgpack: ratio('msgpack'), msgpackr: ratio('msgpackr') }
save('P2-encode', { id: 'P2', unit: 'envelopes/s', rates, ratios, load: { before, after: loadavg() }, samples })
for (const name of names)
  console.log(`P2 encode: ${name} ${rates[name]?.median}/s (${rates[name]?.min}..${rates[name]?.max})`)
console.log(`ratio ${ratios.msgpack}x @msgpack/msgpack (hold 1.5x), ${ratios.msgpackr}x msgpackr (hold 0.9x, aim 1.2x)`)
