/** How tight memory is, from `low` to `critical`. */
export type MemoryPressureLevel = 'low' | 'moderate' | 'high' | 'critical'

/** Memory of one place. */
export interface MemoryUsage {
  /** Bytes in use. */
  readonly used: number
  /** Bytes that may be used. */
  readonly limit: number
  /** `used / limit`. */
  readonly ratio: number
}

/** Memory at one moment. */
export interface MemorySnapshot {
  /** The heap of the Node process that runs the script. */
  readonly node: MemoryUsage
  /** The JavaScript heap of the page; null when it was not asked for or there is no page. */
  readonly browser: MemoryUsage | null
  /** The control group of the process; null when it sets no limit. */
  readonly cgroup: MemoryUsage | null
  /** The highest level of the three. */
  readonly pressure: MemoryPressureLevel
  /** ISO 8601 UTC time of the snapshot. */
  readonly ts: string
}

/** Ratios from which a level counts; each above the one before, at most 1. */
export interface MemoryThresholds {
  readonly moderate?: number
  readonly high?: number
  readonly critical?: number
}

/** Tells a script how much memory is left, so that it can close pages in time. */
export interface MemoryAPI {
  /** Measures now. `browser: false` skips the question to the browser. */
  readonly snapshot: (options?: { browser?: boolean }) => Promise<MemorySnapshot>
  /** Whether any of the three is at `level` or above. */
  readonly isAbove: (level: MemoryPressureLevel) => Promise<boolean>
}
