import { Limits } from '../contract/limits.js'
import { FlushTimeoutError, PayloadError } from '../errors.js'
import type { PayloadWriter } from '../wire/frame-encoder.js'
import type { EmitAPI, EmitLogOptions } from './api.js'
import { sendArtifact } from './artifact.js'
import type { Channel } from './channel.js'
import type { FrameSink } from './frame-sink.js'
import * as payloads from './payloads.js'

/** Builds `ctx.emit` over a channel. */
export function createEmit(channel: Channel, sink: FrameSink): EmitAPI {
  const log = (options: EmitLogOptions) => channel.event('log', payloads.log(options))
  return Object.freeze<EmitAPI>({
    item: (options) => channel.event('item', payloads.item(options)),
    artifact: (options) => sendArtifact(channel, options),
    checkpoint: (options) => channel.event('checkpoint', payloads.checkpoint(options)),
    enqueue: (options) => channel.event('enqueue', payloads.enqueue(options)),
    rotateProxy: (options) => channel.event('rotate_proxy', payloads.rotateProxy(options)),
    log,
    debug: (message, fields) => log({ level: 'debug', message, ...(fields && { fields }) }),
    info: (message, fields) => log({ level: 'info', message, ...(fields && { fields }) }),
    warn: (message, fields) => log({ level: 'warn', message, ...(fields && { fields }) }),
    error: (message, fields) => log({ level: 'error', message, ...(fields && { fields }) }),
    runError: (options) => endWithError(channel, options),
    runComplete: (options) => channel.end({ type: 'run_complete' }, payloads.runComplete(options)),
    flush: (options) => flush(channel, sink, options?.timeoutMs ?? Limits.flushTimeoutMs)
  })
}

function endWithError(channel: Channel, options: Parameters<EmitAPI['runError']>[0]): Promise<void> {
  const payload: PayloadWriter = payloads.runError(options)
  const { error_type, message, stack } = options ?? {}
  return channel.end({ type: 'run_error', error_type, message, ...(stack !== undefined && { stack }) }, payload)
}

async function flush(channel: Channel, sink: FrameSink, timeoutMs: number): Promise<void> {
  if (!Number.isFinite(timeoutMs) || timeoutMs <= 0)
    throw new PayloadError('timeoutMs', `has to be a positive number of milliseconds, not ${timeoutMs}.`)
  if (channel.failure !== undefined) throw channel.failure
  await channel.idle()
  const seq = channel.seq
  if (seq === 0) return
  if (!(await sink.durable(seq, timeoutMs))) throw new FlushTimeoutError(seq, sink.durableSeq, timeoutMs)
}
