import fs, { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { ExecutorLimits } from '../limits.js'

/** Where frames go, and how everything else is kept out of it. */
export interface FrameOutput {
  readonly fd: number
  /**
   * `descriptor`: fd 1 itself is stderr now, so writes from Node, native code and child processes are all caught.
   * `javascript`: Node's own ways to write to fd 1 are redirected; native code and child processes that inherit
   * fd 1 are not caught.
   */
  readonly guard: 'descriptor' | 'javascript'
}

const STDOUT = 1
const STDERR = 2

/**
 * Takes stdout for frames (CONTRACT_IPC, stdout belongs to frames). Has to run before anything else opens files.
 *
 * Node has no dup2. On Linux the pipe is opened a second time through /proc, fd 1 is closed, and the next open
 * gets the lowest free number, which is 1. Where that cannot work (no /proc, or a socket) the guard is JavaScript.
 */
export function claimStdout(): FrameOutput {
  return claimDescriptor() ?? claimJavaScript()
}

function claimDescriptor(): FrameOutput | undefined {
  if (process.platform !== 'linux' || !fstatSync(STDOUT).isFIFO()) return undefined
  let frames: number | undefined
  try {
    frames = openAgain(STDOUT, constants.O_NONBLOCK)
    closeSync(openAgain(STDERR, constants.O_APPEND))
  } catch (error) {
    if (!isOpenRefusal(error)) throw error
    if (frames !== undefined) closeSync(frames)
    return undefined
  }
  closeSync(STDOUT)
  fillStdout()
  return { fd: frames, guard: 'descriptor' }
}

const openAgain = (fd: number, flags: number) => openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | flags)

/**
 * Opens stderr as fd 1. A thread of Node's own may open a file at the same moment and get the number, as the one
 * that reads certificates does: it gives the number back when it has read.
 */
function fillStdout(): void {
  const pause = new Int32Array(new SharedArrayBuffer(4))
  const startedAt = performance.now()
  for (;;) {
    const replaced = openAgain(STDERR, constants.O_APPEND)
    if (replaced === STDOUT) return
    closeSync(replaced)
    const waitedMs = Math.round(performance.now() - startedAt)
    if (waitedMs >= ExecutorLimits.claimStdoutMs)
      throw new Error(`Another thread of the process has kept fd 1 for ${waitedMs} ms: stdout cannot be claimed.`)
    Atomics.wait(pause, 0, 0, 1)
  }
}

/** A socket cannot be opened through /proc (ENXIO); a sandbox may hide /proc (EACCES, ENOENT). */
function isOpenRefusal(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'open'
}

function claimJavaScript(): FrameOutput {
  const write = process.stderr.write.bind(process.stderr)
  process.stdout.write = write as typeof process.stdout.write
  const redirected = fs as unknown as Record<string, (fd: unknown, ...rest: unknown[]) => unknown>
  for (const name of ['write', 'writev', 'writeSync', 'writevSync']) {
    const original = redirected[name]
    if (original === undefined) continue
    redirected[name] = (fd, ...rest) => original(fd === STDOUT ? STDERR : fd, ...rest)
  }
  // Modules that import { writeSync } from 'node:fs' see the change as well; the frame writer keeps the original.
  syncBuiltinESMExports()
  return { fd: STDOUT, guard: 'javascript' }
}

/** Node's own `writeSync`, taken before a guard replaces it. */
export const rawWriteSync = fs.writeSync
