import type { LogLevel } from '../contract/events.js'
import type { ArtifactId, CheckpointId } from '../contract/ids.js'

/** Options of {@link EmitAPI.item}. */
export interface EmitItemOptions {
  /** Name of the kind of record. */
  item_type: string
  /** The record: JSON values, binary, dates (CONTRACT_EMIT, values). */
  data: Record<string, unknown>
}

/** Bytes of an artifact: in memory, as a stream, or a file that is read piece by piece. */
export type ArtifactSource = Uint8Array | AsyncIterable<Uint8Array> | { readonly path: string }

/** Options of {@link EmitAPI.artifact}. */
export interface EmitArtifactOptions {
  /** Name for humans. */
  name: string
  /** MIME type. */
  content_type: string
  /** The bytes. They must not change before the promise resolves. */
  data: ArtifactSource
}

/** Options of {@link EmitAPI.checkpoint}. */
export interface EmitCheckpointOptions {
  checkpoint_id: CheckpointId | string
  note?: string
  /** Handed to a later attempt as `ctx.resume.state`. */
  state?: unknown
}

/** Options of {@link EmitAPI.enqueue}. */
export interface EmitEnqueueOptions {
  /** What is to be done: usually the path of a script. */
  target: string
  /** The job of the child run. */
  params: Record<string, unknown>
  /** Overrides the source partition. */
  source?: string
  /** Overrides the category partition. */
  category?: string
  /** Work with the same key is started once in a tree of runs. */
  key?: string
}

/** Options of {@link EmitAPI.rotateProxy}. */
export interface EmitRotateProxyOptions {
  reason?: string
}

/** Options of {@link EmitAPI.log}. */
export interface EmitLogOptions {
  level: LogLevel
  message: string
  fields?: Record<string, unknown>
}

/** Options of {@link EmitAPI.runError}. */
export interface EmitRunErrorOptions {
  error_type: string
  message: string
  stack?: string
}

/** Options of {@link EmitAPI.runComplete}. */
export interface EmitRunCompleteOptions {
  summary?: Record<string, unknown>
}

/** Options of {@link EmitAPI.flush}. */
export interface EmitFlushOptions {
  /** Milliseconds to wait before the call rejects. */
  timeoutMs?: number
}

/**
 * The only way out for a script's data. Calls keep their order, awaited or not. A promise resolves when the
 * executor took the frame; it stays pending while the runtime does not read (backpressure). Rejections:
 * `PayloadError` (that call only), `TerminalEventError` (that call only), `SinkFailedError` (everything after).
 */
export interface EmitAPI {
  /** Emits one structured record. */
  readonly item: (options: EmitItemOptions) => Promise<void>
  /** Emits bytes: first the bytes, then the event that commits them. Resolves to the artifact's id. */
  readonly artifact: (options: EmitArtifactOptions) => Promise<ArtifactId>
  /** Marks progress that a later attempt can continue from. */
  readonly checkpoint: (options: EmitCheckpointOptions) => Promise<void>
  /** Asks for more work. Whether it is done is up to the runtime. */
  readonly enqueue: (options: EmitEnqueueOptions) => Promise<void>
  /** Suggests another proxy. Whether it is done is up to the runtime. */
  readonly rotateProxy: (options?: EmitRotateProxyOptions) => Promise<void>
  /** Emits a structured log record. */
  readonly log: (options: EmitLogOptions) => Promise<void>
  readonly debug: (message: string, fields?: Record<string, unknown>) => Promise<void>
  readonly info: (message: string, fields?: Record<string, unknown>) => Promise<void>
  readonly warn: (message: string, fields?: Record<string, unknown>) => Promise<void>
  readonly error: (message: string, fields?: Record<string, unknown>) => Promise<void>
  /** Ends the run as failed. */
  readonly runError: (options: EmitRunErrorOptions) => Promise<void>
  /** Ends the run as complete. The executor does it when the script does not. */
  readonly runComplete: (options?: EmitRunCompleteOptions) => Promise<void>
  /** Resolves when everything emitted before it is durable; rejects with `FlushTimeoutError` after a while. */
  readonly flush: (options?: EmitFlushOptions) => Promise<void>
}
