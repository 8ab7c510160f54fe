// @ts-check
// What processes of this machine use, read from /proc.
import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds that the processors of the machine were busy. */
export function busyMs() {
  const [, user, nice, system] = readFileSync('/proc/stat', 'utf8').split(/\s+/).map(Number)
  return ((user ?? 0) + (nice ?? 0) + (system ?? 0)) * 10
}

/** Memory of the processes and all that they started, shared pages in parts. @param {number[]} roots */
export function memoryMb(roots) {
  /** @type {Map<number, number[]>} */
  const children = new Map()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = Number(/\) \S+ (\d+)/.exec(read(`/proc/${name}/stat`))?.[1])
    children.set(parent, [...(children.get(parent) ?? []), Number(name)])
  }
  let kb = 0
  const open = [...roots]
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    kb += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0)
    open.push(...(children.get(pid) ?? []))
  }
  return kb / 1024
}

/** Samples the memory until it is stopped; the highest is the result. @param {number[]} roots */
export function watchMemory(roots) {
  let peak = 0
  const look = () => {
    peak = Math.max(peak, memoryMb(roots))
  }
  const timer = setInterval(look, 250)
  return () => {
    clearInterval(timer)
    look()
    return peak
  }
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    // The process has ended meanwhile.
    return ''
  }
}
