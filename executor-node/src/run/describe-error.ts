import { PayloadError, SinkFailedError } from '@quarry/sdk'
import type { RunResultOutcome } from '@quarry/sdk/internal'
import { BrowserUnavailableError } from '../browser/browser-error.js'
import { InvalidInputError } from '../request/invalid-input.js'
import { ScriptLoadError } from '../script/script-error.js'
import { kindOf } from './guard-process.js'
import { CanceledError, ProcessExitError } from './interruption.js'

/** What `run_error` says about a failure. */
export interface ErrorReport {
  readonly error_type: string
  readonly message: string
  readonly stack?: string
}

/** Describes whatever a script threw. */
export function describeError(thrown: unknown, browserLost = false): ErrorReport {
  if (!(thrown instanceof Error)) return { error_type: 'script_error', message: `The script threw ${show(thrown)}.` }
  const report = { error_type: errorType(thrown), message: thrown.message || thrown.name, stack: stackOf(thrown) }
  if (!browserLost || report.error_type !== 'script_error') return report
  return { ...report, error_type: 'browser_lost', message: `The browser ended during the run: ${report.message}` }
}

/** The stack with the stacks of its causes; source maps put the script's own lines into it. */
export function stackOf(error: Error): string {
  const own = withoutOwnFrames(error.stack ?? `${error.name}: ${error.message}`)
  return error.cause instanceof Error ? `${own}\nCaused by: ${stackOf(error.cause)}` : own
}

/** The calls of the executor below the script's say nothing to its author. */
function withoutOwnFrames(stack: string): string {
  const isOwn = (line: string) => /^\s+at .*\/(executor\.mjs|executor-node\/src\/run\/[^/]+\.ts):\d/.test(line)
  return stack
    .split('\n')
    .filter((line) => !isOwn(line))
    .join('\n')
}

/** The outcome of a failure that is not the script's: no browser, an unreadable script, a broken channel. */
export function crashOutcome(thrown: unknown): RunResultOutcome {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown))
  return { status: 'crash', error_type: crashType(error), message: error.message, stack: stackOf(error) }
}

function crashType(error: Error): string {
  if (error instanceof InvalidInputError) return 'invalid_input'
  if (error instanceof BrowserUnavailableError) return 'browser_unavailable'
  return error instanceof SinkFailedError ? 'sink_failed' : 'executor_failed'
}

function errorType(error: Error): string {
  if (error instanceof CanceledError) return 'canceled'
  if (error instanceof ProcessExitError) return 'process_exit'
  if (error instanceof ScriptLoadError) return 'script_load_error'
  const kind = kindOf(error)
  if (kind !== undefined) return kind
  if (error instanceof PayloadError) return 'payload_error'
  return error.name === 'TimeoutError' ? 'timeout' : 'script_error'
}

function show(thrown: unknown): string {
  try {
    return JSON.stringify(thrown) ?? String(thrown)
  } catch {
    // A cycle, or a toJSON that throws.
    return Object.prototype.toString.call(thrown)
  }
}
