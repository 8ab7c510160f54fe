import type { Browser, BrowserContext, Page } from 'puppeteer-core'
import type { CheckpointId, JobId, RunId } from './contract/ids.js'
import type { EmitAPI } from './emit/api.js'
import type { MemoryAPI } from './memory/api.js'
import type { Polite } from './polite/api.js'
import type { StorageAPI } from './storage/api.js'

/** Identity of the run (CONTRACT_RUN). */
export interface RunMeta {
  readonly run_id: RunId
  /** Absent when the runtime does not know it. */
  readonly job_id?: JobId
  /** The run that this one retries; present exactly when `attempt` is above 1. */
  readonly parent_run_id?: RunId
  /** 1 for the first try. */
  readonly attempt: number
  /**
   * The run's span as W3C Trace Context writes it: the parent for spans of the script's own. Present when the run is
   * traced; `process.env.TRACEPARENT` says the same while the run goes on (CONTRACT_IPC, IPC-37).
   */
  readonly traceparent?: string
}

/** The last durable checkpoint of the attempt that this run continues. */
export interface ResumePoint {
  readonly checkpoint_id: CheckpointId
  /** What the script stored with the checkpoint. */
  readonly state: unknown
  /** Sequence number of the checkpoint event in the earlier attempt. */
  readonly seq: number
}

/** Everything a script works with. `Job` is the type of its job payload. */
export interface QuarryContext<Job = unknown> {
  /** The job payload; frozen, with everything in it. */
  readonly job: Job
  /** Identity of the run; frozen. */
  readonly run: RunMeta
  /** A fresh Puppeteer page: the real object, not a wrapper. */
  readonly page: Page
  /** The Puppeteer browser. */
  readonly browser: Browser
  /** The Puppeteer browser context that `page` belongs to. */
  readonly browserContext: BrowserContext
  /** The only way out for data. */
  readonly emit: EmitAPI
  /** Sidecar files next to the run's data. */
  readonly storage: StorageAPI
  /** Waits for a turn at a host, so that all runs together treat it gently. */
  readonly polite: Polite
  /** How much memory is left. */
  readonly memory: MemoryAPI
  /** Aborts when the run is canceled or a deadline passed. `signal.reason` says why. */
  readonly signal: AbortSignal
  /** Present when this run continues an earlier attempt from a checkpoint. */
  readonly resume?: ResumePoint
}

/** A script: the default export of its module. */
export type QuarryScript<Job = unknown> = (ctx: QuarryContext<Job>) => Promise<void> | void
