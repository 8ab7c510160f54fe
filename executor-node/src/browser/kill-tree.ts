import { readdirSync, readFileSync } from 'node:fs'

/**
 * Kills a process and what any of its threads started. Debian's browsers are shell scripts that wait for the real
 * program: killing the script alone would leave the browser. A browser that hangs leaves its helpers too, which then do
 * not notice that it is gone.
 */
export function killTree(pid: number): void {
  // It starts nothing more while its children are looked for.
  send('SIGSTOP', pid)
  for (const child of childrenOf(pid)) killTree(child)
  send('SIGKILL', pid)
}

function send(signal: NodeJS.Signals, pid: number): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It ended in the meantime.
  }
}

/** None where the system has no /proc: a browser then ends when its pipe closes. */
function childrenOf(pid: number): number[] {
  const tasks = `/proc/${pid}/task`
  return unlessGone(() => readdirSync(tasks)).flatMap((thread) =>
    unlessGone(() => readFileSync(`${tasks}/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number))
  )
}

/** What is read of a process or a thread; nothing when it ended in the meantime. */
function unlessGone<T>(read: () => T[]): T[] {
  try {
    return read()
  } catch {
    return []
  }
}
