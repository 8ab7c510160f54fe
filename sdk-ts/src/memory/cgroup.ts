import { readFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import type { MemoryUsage } from './api.js'

/** Current and maximum of each control group version, as files. */
const FILES = [
  ['/sys/fs/cgroup/memory.current', '/sys/fs/cgroup/memory.max'],
  ['/sys/fs/cgroup/memory/memory.usage_in_bytes', '/sys/fs/cgroup/memory/memory.limit_in_bytes']
] as const

/** Memory of the control group; null when it sets no limit below the machine's memory. */
export function readCgroupUsage(
  read: (path: string) => string | null = readText,
  machineBytes: number = totalmem()
): MemoryUsage | null {
  for (const [usedFile, limitFile] of FILES) {
    const used = parseBytes(read(usedFile))
    const limit = parseBytes(read(limitFile))
    // Version 1 writes "no limit" as a huge number instead of "max".
    if (used !== null && limit !== null && limit > 0 && limit < machineBytes)
      return { used, limit, ratio: used / limit }
  }
  return null
}

function parseBytes(text: string | null): number | null {
  const trimmed = text?.trim() ?? ''
  return /^\d+$/.test(trimmed) ? Number(trimmed) : null
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    // No such control group on this machine.
    return null
  }
}
