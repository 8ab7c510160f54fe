// @ts-check
// The golden frames: every frame type with and without its optional fields, and frames that a peer has to refuse.
// Written by `npm run golden`; read by the tests of both languages.
import { encode } from '@msgpack/msgpack'
import { Channel, createEmit, FrameEncoder } from '@quarry/sdk/internal'

/**
 * @typedef {object} GoldenFrame
 * @property {string} name File name without extension.
 * @property {'executor' | 'runtime'} sender Who sends such a frame.
 * @property {Buffer} bytes With the length prefix.
 * @property {unknown} [frame] The decoded frame; binary data as `{ "$base64": text }`.
 * @property {string} [error] Why a peer refuses it, when it does.
 */

const RUN_ID = '01890a5d-ac96-774b-bcce-b302099a8057'
const RUN = { run_id: RUN_ID, attempt: 1 }
const RETRY = { run_id: RUN_ID, attempt: 2, job_id: 'job-7', parent_run_id: '01890a5d-ac96-774b-bcce-b302099a8056' }
const NOW = Date.UTC(2026, 0, 31, 12, 30, 45, 678)

/** @returns {GoldenFrame[]} */
export function goldenFrames() {
  return [...events(), ...executorFrames(), ...runtimeFrames(), ...refused()]
}

/** Every emit call, once with its required and once with all of its fields. */
function events() {
  /** @type {Record<string, (emit: ReturnType<typeof createEmit>) => unknown>} */
  const calls = {
    item: (emit) => emit.item({ item_type: 'product', data: { title: 'Stone' } }),
    'item-values': (emit) => emit.item({ item_type: 'values', data: allValues() }),
    'item-deepest': (emit) => emit.item({ item_type: 'deep', data: nested(100) }),
    checkpoint: (emit) => emit.checkpoint({ checkpoint_id: 'page-1' }),
    'checkpoint-full': (emit) => emit.checkpoint({ checkpoint_id: 'page-1', note: 'first', state: { page: 1 } }),
    enqueue: (emit) => emit.enqueue({ target: 'detail.ts', params: {} }),
    'enqueue-full': (emit) =>
      emit.enqueue({ target: 'detail.ts', params: { id: 7 }, source: 'shop', category: 'sale', key: 'detail-7' }),
    rotate_proxy: (emit) => emit.rotateProxy(),
    'rotate_proxy-full': (emit) => emit.rotateProxy({ reason: 'blocked' }),
    log: (emit) => emit.info('ready'),
    'log-full': (emit) => emit.warn('slow page', { ms: 1234.5, url: 'https://example.com/ä' }),
    run_error: (emit) => emit.runError({ error_type: 'timeout', message: 'too slow' }),
    'run_error-full': (emit) => emit.runError({ error_type: 'timeout', message: 'too slow', stack: 'Error: too slow' }),
    run_complete: (emit) => emit.runComplete(),
    'run_complete-full': (emit) => emit.runComplete({ summary: { skipped: true, reason: 'seen before' } })
  }
  return [
    ...Object.entries(calls).map(([name, call]) => captured(`event-${name}`, RUN, call)),
    captured('event-item-retry', RETRY, (emit) => emit.item({ item_type: 'product', data: { title: 'Stone' } }))
  ]
}

function executorFrames() {
  const artifact = { artifact_id: 'artifact-1', name: 'page.png', content_type: 'image/png', size_bytes: 3 }
  const sha256 = '039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81'
  const outcome = { status: 'error', error_type: 'timeout', message: 'too slow', stack: 'Error: too slow' }
  const proxy_used = { protocol: 'http', host: 'proxy.example', port: 8080, failed_requests: 2 }
  const file = { type: 'file_write', write_id: 1, filename: 'ä.txt', content_type: 'text/plain', data: bytes(0, 255) }
  const attributes = { 'url.scheme': 'https', 'server.address': 'shop.example', 'http.response.status_code': 200 }
  return [
    encoded('event-artifact', (encoder) =>
      encoder.event('artifact', 1, (_writer, values) => values.root('artifact', { ...artifact, sha256 }))
    ),
    encoded('artifact_chunk', (encoder) => encoder.chunk('artifact-1', 1, false, bytes(1, 2))),
    encoded('artifact_chunk-last', (encoder) => encoder.chunk('artifact-1', 2, true, bytes(3))),
    encoded('artifact_chunk-empty', (encoder) => encoder.chunk('artifact-1', 1, true, bytes())),
    encoded('file_write', (encoder) => encoder.plain(file)),
    encoded('file_write-no-ack', (encoder) => encoder.plain({ ...file, write_id: 0 })),
    encoded('script_info', (encoder) =>
      encoder.plain({ type: 'script_info', path: '/scripts/list.ts', sha256, hooks: ['prepare', 'cleanup'] })
    ),
    encoded('flush_request', (encoder) => encoder.plain({ type: 'flush_request', seq: 7 })),
    encoded('turn_request', (encoder) =>
      encoder.plain({ type: 'turn_request', turn_id: 1, url: 'http://a.example:81/' })
    ),
    encoded('turn_request-delay', (encoder) =>
      encoder.plain({ type: 'turn_request', turn_id: 2, url: 'https://a.example/', delay_ms: 400 })
    ),
    encoded('turn_done', (encoder) => encoder.plain({ type: 'turn_done', turn_id: 1 })),
    encoded('span', (encoder) =>
      encoder.plain({ type: 'span', name: 'navigation', start: 1767323045678000, end: 1767323045999123, attributes })
    ),
    encoded('run_result', (encoder) => encoder.plain({ type: 'run_result', outcome: { status: 'completed' } })),
    encoded('run_result-full', (encoder) => encoder.plain({ type: 'run_result', outcome, proxy_used })),
    encoded('unknown-type', (encoder) => encoder.plain({ type: 'from_the_future', answer: 42 }))
  ]
}

function runtimeFrames() {
  const frames = {
    'file_write_ack-ok': { type: 'file_write_ack', write_id: 1, ok: true },
    'file_write_ack-error': { type: 'file_write_ack', write_id: 4294967295, ok: false, error: 'disk full' },
    durable_ack: { type: 'durable_ack', seq: 4294967296 },
    turn_granted: { type: 'turn_granted', turn_id: 1, allowed: true, waited_ms: 1500 },
    'turn_granted-refused': { type: 'turn_granted', turn_id: 2, allowed: false, waited_ms: 0, reason: 'no host' },
    cancel: { type: 'cancel', reason: 'asked by a user', grace_ms: 5000 }
  }
  return Object.entries(frames).map(([name, frame]) => golden(name, 'runtime', framed(encode(frame)), frame))
}

/** Frames after which a runtime stops reading. */
function refused() {
  const item = captured('x', RUN, (emit) => emit.item({ item_type: 't', data: {} })).bytes
  const map = (/** @type {Record<string, unknown>} */ frame) => framed(encode(frame))
  const event = { contract_version: '1.0.0', event_id: 'e', run_id: RUN_ID, seq: 1, type: 'item', attempt: 1 }
  const whole = { ...event, ts: '2026-01-31T12:30:45.678Z', payload: { item_type: 't', data: {} } }
  return [
    bad('bad-cut-prefix', item.subarray(0, 3), 'partial_frame'),
    bad('bad-cut-payload', item.subarray(0, -1), 'partial_frame'),
    bad('bad-too-large', Buffer.from([0x00, 0xff, 0xff, 0xfd]), 'frame_too_large'),
    bad('bad-empty', Buffer.from([0, 0, 0, 0]), 'not_a_map'),
    bad('bad-not-a-map', framed(encode([1, 2, 3])), 'not_a_map'),
    bad('bad-no-type', map({ seq: 1 }), 'missing_type'),
    bad('bad-seq-gap', map({ ...whole, seq: 2 }), 'seq_gap'),
    bad('bad-run-id', map({ ...whole, run_id: 'another-run' }), 'wrong_run_id'),
    bad('bad-attempt', map({ ...whole, attempt: 2 }), 'wrong_attempt'),
    bad('bad-version', map({ ...whole, contract_version: '2.0.0' }), 'version_mismatch')
  ]
}

function allValues() {
  return {
    text: 'Grüße, 世界 🪨',
    empty: '',
    integers: [0, 127, 128, 255, 256, 65535, 65536, 4294967295, 4294967296, Number.MAX_SAFE_INTEGER],
    negatives: [-1, -32, -33, -128, -129, -32768, -32769, -2147483648, -2147483649, Number.MIN_SAFE_INTEGER],
    floats: [0.5, -1.25, 1e300],
    flags: [true, false, null],
    when: new Date(NOW),
    big: 123456789012345678901234567890n,
    map: new Map([['key', 1]]),
    set: new Set(['a', 'b']),
    dropped: undefined,
    bytes: bytes(0, 1, 254, 255),
    texts: [31, 32, 255, 256].map((length) => 'x'.repeat(length)),
    long: Array.from({ length: 16 }, (_value, index) => index)
  }
}

/** @param {number} depth @returns {Record<string, unknown>} */
function nested(depth) {
  return depth === 1 ? { end: true } : { down: nested(depth - 1) }
}

/** @param {number[]} values */
function bytes(...values) {
  return Uint8Array.from(values)
}

/**
 * The frame that an emit call writes.
 * @param {string} name @param {{ run_id: string, attempt: number }} run
 * @param {(emit: ReturnType<typeof createEmit>) => unknown} call
 */
function captured(name, run, call) {
  return encoded(
    name,
    (encoder) => {
      const done = Promise.resolve()
      const sink = { encoder, hasRoom: true, durableSeq: 0, room: () => done, accept: () => done }
      const never = async () => {
        throw new Error('golden frames wait for nothing')
      }
      const complete = { ...sink, fileStored: never, durable: never }
      call(createEmit(new Channel(complete), complete))
    },
    run
  )
}

/**
 * @param {string} name @param {(encoder: FrameEncoder) => void} write
 * @param {{ run_id: string, attempt: number }} run
 */
function encoded(name, write, run = RUN) {
  const encoder = new FrameEncoder(/** @type {any} */ (run), () => NOW)
  write(encoder)
  return golden(name, 'executor', Buffer.from(encoder.writer.buffer.subarray(0, encoder.writer.position)))
}

/** @param {Uint8Array} payload */
function framed(payload) {
  const prefix = Buffer.alloc(4)
  prefix.writeUInt32BE(payload.length)
  return Buffer.concat([prefix, payload])
}

/**
 * @param {string} name @param {'executor' | 'runtime'} sender @param {Buffer} frameBytes @param {unknown} [frame]
 * @returns {GoldenFrame}
 */
function golden(name, sender, frameBytes, frame) {
  return { name, sender, bytes: frameBytes, ...(frame !== undefined && { frame }) }
}

/** @param {string} name @param {Buffer} frameBytes @param {string} error @returns {GoldenFrame} */
function bad(name, frameBytes, error) {
  return { name, sender: 'executor', bytes: frameBytes, error }
}
