import type { PrepareHook, PrepareResult } from '@quarry/sdk'
import { deepFreeze } from '@quarry/sdk/internal'
import type { RunRequest } from '../request/run-request.js'

/** Runs the `prepare` hook, if there is one. Throws for a result that is none of the allowed ones. */
export async function prepareJob(
  prepare: PrepareHook | undefined,
  { job, run }: RunRequest
): Promise<{ action: 'continue'; job: unknown } | { action: 'skip'; reason?: string }> {
  if (prepare === undefined) return { action: 'continue', job }
  const result: unknown = await prepare(deepFreeze(job), deepFreeze(run))
  if (!isPrepareResult(result))
    throw new TypeError(
      `prepare returned ${JSON.stringify(result)}; expected { action: 'continue', job? } or { action: 'skip', reason? }.`
    )
  if (result.action === 'skip') return result
  return { action: 'continue', job: Object.hasOwn(result, 'job') ? result.job : job }
}

function isPrepareResult(value: unknown): value is PrepareResult {
  if (typeof value !== 'object' || value === null) return false
  const { action, reason } = value as { action?: unknown; reason?: unknown }
  return action === 'continue' || (action === 'skip' && (reason === undefined || typeof reason === 'string'))
}
