import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { ArtifactId } from '../contract/ids.js'
import { Limits } from '../contract/limits.js'
import { PayloadError } from '../errors.js'
import type { ArtifactSource, EmitArtifactOptions } from './api.js'
import type { Channel } from './channel.js'
import * as payloads from './payloads.js'

/**
 * Sends the chunks of an artifact, then the event that commits them. A source that fails in the middle rejects
 * the call; the runtime then holds bytes without a commit record, which it counts as an orphan.
 */
export function sendArtifact(channel: Channel, options: EmitArtifactOptions): Promise<ArtifactId> {
  const problem = optionsProblem(options)
  if (problem !== undefined) return Promise.reject(problem)
  return channel.exclusive('artifact', async () => {
    const artifact_id = randomUUID() as ArtifactId
    const sent = await sendChunks(channel, artifact_id, options.data)
    const { name, content_type } = options
    await channel.append('artifact', payloads.artifact({ artifact_id, name, content_type, ...sent }))
    return artifact_id
  })
}

function optionsProblem(options: EmitArtifactOptions): PayloadError | undefined {
  if (typeof options !== 'object' || options === null)
    return new PayloadError('emit.artifact', 'needs an object with its options.')
  for (const name of ['name', 'content_type'] as const) {
    const text: unknown = options[name]
    if (typeof text !== 'string' || text === '') return new PayloadError(name, 'has to be a text that is not empty.')
  }
  return isSource(options.data)
    ? undefined
    : new PayloadError('data', 'has to be a Buffer, a Uint8Array, a stream of them, or { path }.')
}

function isSource(data: unknown): data is ArtifactSource {
  if (data instanceof Uint8Array) return true
  if (typeof data !== 'object' || data === null) return false
  return Symbol.asyncIterator in data || typeof (data as { path?: unknown }).path === 'string'
}

async function sendChunks(channel: Channel, id: ArtifactId, source: ArtifactSource) {
  const hash = createHash('sha256')
  let size_bytes = 0
  let seq = 0
  let held: Uint8Array | undefined
  const send = async (data: Uint8Array, isLast: boolean) => {
    seq++
    await channel.appendFrames((sink) => sink.encoder.chunk(id, seq, isLast, data))
  }
  for await (const piece of pieces(source)) {
    hash.update(piece)
    size_bytes += piece.length
    // The last chunk is marked as such, so one piece is held back until it is known whether another follows.
    if (held !== undefined) await send(held, false)
    held = piece
  }
  await send(held ?? new Uint8Array(0), true)
  return { size_bytes, sha256: hash.digest('hex') }
}

async function* pieces(source: ArtifactSource): AsyncGenerator<Uint8Array> {
  if (source instanceof Uint8Array) {
    yield* slices(source)
    return
  }
  const stream = Symbol.asyncIterator in source ? source : createReadStream(source.path, READ_OPTIONS)
  for await (const piece of stream) {
    if (!(piece instanceof Uint8Array))
      throw new PayloadError('data', 'is a stream of something else than Buffer or Uint8Array.')
    yield* slices(piece)
  }
}

const READ_OPTIONS = { highWaterMark: Limits.chunkBytesSent }

function* slices(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += Limits.chunkBytesSent) yield bytes.subarray(at, at + Limits.chunkBytesSent)
}
