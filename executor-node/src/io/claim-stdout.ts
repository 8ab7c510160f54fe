import fs, { closeSync, constants, fstatSync, openSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'

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
  const opened: number[] = []
  const open = (of: number, flags: number) => {
    const fd = openSync(`/proc/self/fd/${of}`, constants.O_WRONLY | flags)
    opened.push(fd)
    return fd
  }
  try {
    const frames = open(STDOUT, constants.O_NONBLOCK)
    const probe = open(STDERR, constants.O_APPEND)
    closeSync(STDOUT)
    const replaced = open(STDERR, constants.O_APPEND)
    closeSync(probe)
    if (replaced === STDOUT) return { fd: frames, guard: 'descriptor' }
    throw new Error(
      `fd 1 was taken while stdout was being claimed (got ${replaced}); cannot keep it free of other output.`
    )
  } catch (error) {
    if (!isOpenRefusal(error)) throw error
    for (const fd of opened) closeSync(fd)
    return undefined
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
