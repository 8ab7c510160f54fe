import { Limits } from '../contract/limits.js'
import type { RunResultOutcome } from '../wire/frame-encoder.js'

/** What `run_error` says about a failure. */
export interface ErrorReport {
  readonly error_type: string
  readonly message: string
  readonly stack?: string
}

/** `error_type` of the errors that a script can end with, by name. */
const SCRIPT_ERROR_TYPES: Readonly<Record<string, string>> = {
  CanceledError: 'canceled',
  JobInvalidError: 'invalid_job',
  PayloadError: 'payload_error',
  ProcessExitError: 'process_exit',
  ScriptLoadError: 'script_load_error',
  TimeoutError: 'timeout'
}

/** `error_type` of failures that are not the script's, by name. */
const CRASH_TYPES: Readonly<Record<string, string>> = {
  BrowserUnavailableError: 'browser_unavailable',
  InvalidInputError: 'invalid_input',
  SinkFailedError: 'sink_failed'
}

const KINDS = new WeakMap<object, string>()

/** Remembers how an error came up when its name does not say: `unhandled_rejection`, `uncaught_exception`. */
export function markedError(kind: string, thrown: unknown): Error {
  const error = thrown instanceof Error ? thrown : new Error(`a value that is no Error was thrown: ${show(thrown)}`)
  KINDS.set(error, kind)
  return error
}

/** Describes whatever a script threw. */
export function describeError(thrown: unknown, browserLost = false): ErrorReport {
  if (!(thrown instanceof Error)) return { error_type: 'script_error', message: `The script threw ${show(thrown)}.` }
  const error_type = SCRIPT_ERROR_TYPES[thrown.name] ?? KINDS.get(thrown) ?? 'script_error'
  const report = { error_type, message: shortened(thrown.message || thrown.name), stack: stackOf(thrown) }
  if (!browserLost || error_type !== 'script_error') return report
  return { ...report, error_type: 'browser_lost', message: `The browser ended during the run: ${report.message}` }
}

/** The outcome of a failure that is not the script's: no browser, an unreadable script, a broken channel. */
export function crashOutcome(thrown: unknown): RunResultOutcome {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  const error_type = CRASH_TYPES[error.name] ?? 'executor_failed'
  return { status: 'crash', error_type, message: shortened(error.message), stack: stackOf(error) }
}

/** The stack with the stacks of its causes; source maps put the script's own lines into it. */
export function stackOf(error: Error): string {
  const own = withoutOwnFrames(error.stack ?? `${error.name}: ${error.message}`)
  return shortened(error.cause instanceof Error ? `${own}\nCaused by: ${stackOf(error.cause)}` : own)
}

/** The calls of the host below the script's say nothing to its author. */
function withoutOwnFrames(stack: string): string {
  const isOwn = (line: string) => /^\s+at .*\/(executor\.mjs|(executor-node|sdk-ts)\/src\/.+\.ts):\d/.test(line)
  return stack
    .split('\n')
    .filter((line) => !isOwn(line))
    .join('\n')
}

function shortened(text: string): string {
  const cut = text.length - Limits.errorTextCharsMax
  return cut <= 0 ? text : `${text.slice(0, Limits.errorTextCharsMax)} ... (${cut} characters cut)`
}

function show(thrown: unknown): string {
  try {
    return shortened(JSON.stringify(thrown) ?? String(thrown))
  } catch {
    // A cycle, or a toJSON that throws.
    return Object.prototype.toString.call(thrown)
  }
}
