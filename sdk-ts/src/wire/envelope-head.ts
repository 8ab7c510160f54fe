import type { RunMeta } from '../context.js'
import type { EventType } from '../contract/events.js'
import { CONTRACT_VERSION } from '../contract/version.js'
import { MsgpackWriter } from './msgpack-writer.js'

const EVENT_TYPES: readonly EventType[] = [
  'item',
  'artifact',
  'checkpoint',
  'enqueue',
  'rotate_proxy',
  'log',
  'run_error',
  'run_complete'
]

/**
 * The part of an envelope that is the same for every event of a type: map header, `type`, run identity,
 * and the key `seq`. It is encoded once per run, because encoding it for each event costs more than the payload.
 */
export function encodeEnvelopeHeads(run: RunMeta): ReadonlyMap<EventType, Uint8Array> {
  return new Map(EVENT_TYPES.map((type) => [type, encodeHead(type, run)]))
}

function encodeHead(type: EventType, run: RunMeta): Uint8Array {
  const fields: Record<string, string | number | undefined> = {
    type,
    contract_version: CONTRACT_VERSION,
    run_id: run.run_id,
    attempt: run.attempt,
    job_id: run.job_id,
    parent_run_id: run.parent_run_id
  }
  const present = Object.entries(fields).filter((entry) => entry[1] !== undefined)
  const writer = new MsgpackWriter(512)
  writer.mapHeader(present.length + VARYING_FIELDS)
  for (const [key, value] of present) {
    writer.string(key)
    if (typeof value === 'number') writer.number(value)
    else writer.string(String(value))
  }
  writer.string('seq')
  return writer.buffer.subarray(0, writer.position)
}

/** seq, event_id, ts, payload. */
const VARYING_FIELDS = 4
