import type { Browser, BrowserContext, Page } from 'puppeteer-core'
import type { QuarryContext, ResumePoint, RunMeta } from './context.js'
import type { Channel } from './emit/channel.js'
import { createEmit } from './emit/create-emit.js'
import type { FrameSink } from './emit/frame-sink.js'
import { createMemory, memorySources } from './memory/create-memory.js'
import type { Polite } from './polite/api.js'
import type { StoragePartitionMeta } from './storage/api.js'
import { createStorage } from './storage/create-storage.js'

/** What a host provides to build the context of a run. */
export interface ContextParts<Job> {
  readonly job: Job
  readonly run: RunMeta
  readonly page: Page
  readonly browser: Browser
  readonly browserContext: BrowserContext
  readonly channel: Channel
  readonly sink: FrameSink
  readonly signal: AbortSignal
  readonly polite: Polite
  readonly storage?: StoragePartitionMeta
  readonly resume?: ResumePoint
}

/** Builds the frozen context that a script receives. */
export function createContext<Job>(parts: ContextParts<Job>): QuarryContext<Job> {
  const { job, run, page, browser, browserContext, channel, sink, signal, polite, storage, resume } = parts
  return Object.freeze({
    job: deepFreeze(job),
    run: deepFreeze(run),
    page,
    browser,
    browserContext,
    emit: createEmit(channel, sink),
    storage: createStorage(channel, storage),
    polite,
    memory: createMemory(memorySources(page)),
    signal,
    ...(resume !== undefined && { resume: deepFreeze(resume) })
  })
}

/** Freezes plain data with everything in it. Binary data cannot be frozen and stays as it is. */
export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const entry of Object.values(value)) deepFreeze(entry)
  return value
}
