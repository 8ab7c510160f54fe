// @ts-check
// What one would write without an SDK: encode each envelope with @msgpack/msgpack, write each frame.
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { encode } from '@msgpack/msgpack'
import { COUNT, ITEM, RUN, report } from './workload.mjs'

const start = process.hrtime.bigint()
for (let seq = 1; seq <= COUNT; seq++) {
  const envelope = { contract_version: '1.0.0', event_id: randomUUID(), ...RUN, seq, type: 'item', payload: ITEM }
  const payload = encode({ ...envelope, ts: new Date().toISOString() })
  const frame = Buffer.allocUnsafe(4 + payload.length)
  frame.writeUInt32BE(payload.length)
  frame.set(payload, 4)
  if (!process.stdout.write(frame)) await once(process.stdout, 'drain')
}
report(start)
