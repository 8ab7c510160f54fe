import { readFileSync } from 'node:fs'

/**
 * Kills a process and what it started. Debian's browsers are shell scripts that wait for the real program: killing
 * the script alone would leave the browser.
 */
export function killTree(pid: number): void {
  for (const child of childrenOf(pid)) killTree(child)
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended in the meantime.
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    // It ended in the meantime, or the system has no /proc; the browser then ends when its pipe closes.
    return []
  }
}
