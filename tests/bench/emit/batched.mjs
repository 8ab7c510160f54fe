// @ts-check
// A pipeline without a product: envelopes encoded with @msgpack/msgpack, frames written 64 KiB at a time.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Encoder } from '@msgpack/msgpack'
import { COUNT, ITEM, RUN } from './workload.mjs'

const BATCH_BYTES = 64 * 1024

const encoder = new Encoder()
/** @type {Buffer[]} */
let frames = []
let bytes = 0

async function flush() {
  if (!process.stdout.write(Buffer.concat(frames, bytes))) await once(process.stdout, 'drain')
  frames = []
  bytes = 0
}

for (let seq = 1; seq <= COUNT; seq++) {
  const envelope = { contract_version: '1.0.0', event_id: randomUUID(), ...RUN, seq, type: 'item', payload: ITEM }
  const payload = encoder.encode({ ...envelope, ts: new Date().toISOString() })
  const frame = Buffer.allocUnsafe(4 + payload.length)
  frame.writeUInt32BE(payload.length)
  frame.set(payload, 4)
  frames.push(frame)
  bytes += frame.length
  if (bytes >= BATCH_BYTES) await flush()
}
if (bytes > 0) await flush()
