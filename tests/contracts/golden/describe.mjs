// @ts-check
// What the JSON file beside a golden frame says: the frame as an independent reader decodes it.
import { decode } from '@msgpack/msgpack'

/** @param {import('./frames.mjs').GoldenFrame} golden */
export function describeFrame({ name, sender, bytes, error }) {
  if (error !== undefined) return `${JSON.stringify({ name, sender, error }, null, 2)}\n`
  const frame = decode(bytes.subarray(4), { useBigInt64: false })
  return `${JSON.stringify({ name, sender, frame }, binaryAsBase64, 2)}\n`
}

/**
 * @this {Record<string, unknown>}
 * @param {string} key
 * @param {unknown} value
 */
function binaryAsBase64(key, value) {
  const raw = this[key]
  return raw instanceof Uint8Array ? { $base64: Buffer.from(raw).toString('base64') } : value
}
