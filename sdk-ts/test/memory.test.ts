import { createMemory, type MemorySources, readCgroupUsage } from '@quarry/sdk/internal'
import { describe, expect, it } from 'vitest'

const usage = (ratio: number) => ({ used: ratio * 1000, limit: 1000, ratio })
const sources = (node: number, browser: number | null, cgroup: number | null): MemorySources => ({
  node: () => usage(node),
  browser: async () => (browser === null ? null : usage(browser)),
  cgroup: () => (cgroup === null ? null : usage(cgroup))
})

describe('memory', () => {
  it.each([
    [0.1, null, null, 'low'],
    [0.5, null, null, 'moderate'],
    [0.1, 0.7, null, 'high'],
    [0.1, 0.2, 0.9, 'critical']
  ] as const)('node %d, browser %d, cgroup %d is %s', async (node, browser, cgroup, pressure) => {
    const memory = createMemory(sources(node, browser, cgroup))
    expect((await memory.snapshot()).pressure).toBe(pressure)
    expect(await memory.isAbove(pressure)).toBe(true)
    expect(await memory.isAbove('critical')).toBe(pressure === 'critical')
  })

  it('does not ask the browser when it is told not to', async () => {
    const memory = createMemory({ ...sources(0.1, null, null), browser: () => Promise.reject(new Error('asked')) })
    expect((await memory.snapshot({ browser: false })).browser).toBeNull()
  })

  it('refuses thresholds that do not rise', () => {
    expect(() => createMemory(sources(0, null, null), { moderate: 0.8 })).toThrow(RangeError)
  })
})

describe('the control group', () => {
  const machine = 8_000_000_000
  const files = (entries: Record<string, string>) => (path: string) => entries[path] ?? null
  const v2 = { '/sys/fs/cgroup/memory.current': '500\n', '/sys/fs/cgroup/memory.max': '1000\n' }

  it('is read in version 2', () => {
    expect(readCgroupUsage(files(v2), machine)).toEqual({ used: 500, limit: 1000, ratio: 0.5 })
  })

  it('is read in version 1', () => {
    const v1 = '/sys/fs/cgroup/memory/memory'
    const read = files({ [`${v1}.usage_in_bytes`]: '250', [`${v1}.limit_in_bytes`]: '1000' })
    expect(readCgroupUsage(read, machine)).toEqual({ used: 250, limit: 1000, ratio: 0.25 })
  })

  it.each(['max', '9223372036854771712'])('sets no limit when it says %s', (limit) => {
    expect(readCgroupUsage(files({ ...v2, '/sys/fs/cgroup/memory.max': limit }), machine)).toBeNull()
  })
})
