import type { ArtifactId, CheckpointId, EventId, JobId, RunId } from './ids.js'
import type { ContractVersion } from './version.js'

/** The event types of CONTRACT_EMIT. `artifact_chunk` and `file_write` are frames, not events. */
export type EventType =
  | 'item'
  | 'artifact'
  | 'checkpoint'
  | 'enqueue'
  | 'rotate_proxy'
  | 'log'
  | 'run_error'
  | 'run_complete'

/** Severity of a log event. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Payload of an `item` event: one structured record. */
export interface ItemPayload {
  /** Name of the kind of record, chosen by the script. */
  item_type: string
  /** The record. */
  data: Record<string, unknown>
}

/** Payload of an `artifact` event: it commits bytes that were sent before it. */
export interface ArtifactPayload {
  artifact_id: ArtifactId
  /** Name for humans. */
  name: string
  /** MIME type. */
  content_type: string
  /** Size of all bytes. */
  size_bytes: number
  /** SHA-256 of all bytes, lower-case hex. */
  sha256?: string
}

/** Payload of a `checkpoint` event. */
export interface CheckpointPayload {
  checkpoint_id: CheckpointId
  /** Note for humans. */
  note?: string
  /** What a later attempt needs to continue from here. */
  state?: unknown
}

/** Payload of an `enqueue` event: work that a runtime may start as a child run. */
export interface EnqueuePayload {
  /** What is to be done: usually the path of a script. */
  target: string
  /** The job of the child run. */
  params: Record<string, unknown>
  /** Overrides the source partition of the child run. */
  source?: string
  /** Overrides the category partition of the child run. */
  category?: string
  /** Work with a key that was seen before in this tree of runs is not started again. */
  key?: string
}

/** Payload of a `rotate_proxy` event: advice, not an order. */
export interface RotateProxyPayload {
  reason?: string
}

/** Payload of a `log` event. */
export interface LogPayload {
  level: LogLevel
  message: string
  fields?: Record<string, unknown>
}

/** Payload of a `run_error` event: the script failed. */
export interface RunErrorPayload {
  /** Kind of failure, for example `script_error`, `timeout`, `blocked`; an open set. */
  error_type: string
  message: string
  stack?: string
}

/** Payload of a `run_complete` event: the script finished. */
export interface RunCompletePayload {
  /** Free form; the keys `skipped` and `reason` are reserved for runs that `prepare` skipped. */
  summary?: Record<string, unknown>
}

/** Payload type of each event type. */
export interface PayloadMap {
  item: ItemPayload
  artifact: ArtifactPayload
  checkpoint: CheckpointPayload
  enqueue: EnqueuePayload
  rotate_proxy: RotateProxyPayload
  log: LogPayload
  run_error: RunErrorPayload
  run_complete: RunCompletePayload
}

/** What every event carries (CONTRACT_EMIT, envelope). */
export interface EventEnvelopeBase {
  readonly contract_version: ContractVersion
  /** Unique in the run. */
  readonly event_id: EventId
  readonly run_id: RunId
  /** 1, 2, 3 ... without a gap. */
  readonly seq: number
  /** Time of the emit call: ISO 8601, UTC, milliseconds. */
  readonly ts: string
  readonly job_id?: JobId
  readonly parent_run_id?: RunId
  /** 1 or more. */
  readonly attempt: number
}

/** One event of a known type. */
export interface EventEnvelope<T extends EventType = EventType> extends EventEnvelopeBase {
  readonly type: T
  readonly payload: PayloadMap[T]
}

/** Any event, discriminated by `type`. */
export type AnyEventEnvelope = { [K in EventType]: EventEnvelope<K> }[EventType]
