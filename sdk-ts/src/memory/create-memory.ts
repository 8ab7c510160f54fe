import { getHeapStatistics } from 'node:v8'
import type { Page } from 'puppeteer-core'
import type { MemoryAPI, MemoryPressureLevel, MemorySnapshot, MemoryThresholds, MemoryUsage } from './api.js'
import { readCgroupUsage } from './cgroup.js'

const LEVELS: readonly MemoryPressureLevel[] = ['low', 'moderate', 'high', 'critical']

/** Sources of {@link createMemory}; tests replace them. */
export interface MemorySources {
  readonly node: () => MemoryUsage
  readonly browser: () => Promise<MemoryUsage | null>
  readonly cgroup: () => MemoryUsage | null
}

/** Builds `ctx.memory`. */
export function createMemory(sources: MemorySources, thresholds: MemoryThresholds = {}): MemoryAPI {
  const limits = checkedThresholds(thresholds)
  const snapshot = async (options: { browser?: boolean } = {}): Promise<MemorySnapshot> => {
    const node = sources.node()
    const browser = options.browser === false ? null : await sources.browser()
    const cgroup = sources.cgroup()
    const highest = Math.max(...[node, browser, cgroup].map((usage) => levelIndex(usage?.ratio ?? 0, limits)))
    return { node, browser, cgroup, pressure: LEVELS[highest] ?? 'critical', ts: new Date().toISOString() }
  }
  const isAbove = async (level: MemoryPressureLevel): Promise<boolean> => {
    const wanted = LEVELS.indexOf(level)
    if (wanted < 0) throw new RangeError(`${JSON.stringify(level)} is no level; use one of ${LEVELS.join(', ')}.`)
    return LEVELS.indexOf((await snapshot()).pressure) >= wanted
  }
  return Object.freeze({ snapshot, isAbove })
}

/** The real sources, for a page (or none). */
export function memorySources(page: Page | null): MemorySources {
  return { node: readNodeUsage, browser: () => readBrowserUsage(page), cgroup: readCgroupUsage }
}

function checkedThresholds(given: MemoryThresholds): number[] {
  const { moderate = 0.5, high = 0.7, critical = 0.9 } = given
  if (!(moderate > 0 && moderate < high && high < critical && critical <= 1))
    throw new RangeError(
      `Thresholds have to rise within (0, 1]: moderate ${moderate}, high ${high}, critical ${critical}.`
    )
  return [moderate, high, critical]
}

function levelIndex(ratio: number, limits: readonly number[]): number {
  return limits.filter((limit) => ratio >= limit).length
}

function usage(used: number, limit: number): MemoryUsage {
  return { used, limit, ratio: limit > 0 ? used / limit : 0 }
}

function readNodeUsage(): MemoryUsage {
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return usage(used_heap_size, heap_size_limit)
}

/**
 * The page's heap against the limit that the browser enforces. `JSHeapTotalSize` is only what is reserved at the
 * moment: against it, a blank page looks nearly full.
 */
async function readBrowserUsage(page: Page | null): Promise<MemoryUsage | null> {
  if (page === null || page.isClosed()) return null
  try {
    const heap = await page.evaluate(() => {
      const { memory } = performance as { memory?: { usedJSHeapSize: number; jsHeapSizeLimit: number } }
      return memory === undefined ? null : { used: memory.usedJSHeapSize, limit: memory.jsHeapSizeLimit }
    })
    return heap === null ? null : usage(heap.used, heap.limit)
  } catch {
    // A page in the middle of a navigation, or one that just crashed, has no heap to report.
    return null
  }
}
