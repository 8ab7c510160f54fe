import type { FrameEncoder } from '../wire/frame-encoder.js'

/** Where the channel puts its frames: a pipe in the executor, a recording in tests. */
export interface FrameSink {
  /** Appends to the batch that the sink will write next. Only while {@link hasRoom}. */
  readonly encoder: FrameEncoder
  /** Whether a frame may be appended now. */
  readonly hasRoom: boolean
  /** Resolves when there is room; rejects when the transport failed. */
  room(): Promise<void>
  /** Called after frames were appended. Resolves when the next call may be made; rejects when the transport failed. */
  accept(): Promise<void>
  /** Resolves when the runtime acknowledged the file with this id; rejects with `StorageWriteError` otherwise. */
  fileStored(writeId: number): Promise<void>
  /** Highest sequence number that the runtime reported as durable; 0 before the first report. */
  readonly durableSeq: number
  /** Resolves to true when `seq` is durable, to false when that took longer than `timeoutMs`. */
  durable(seq: number, timeoutMs: number): Promise<boolean>
}
