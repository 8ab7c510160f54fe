import type { QuarryScript, RunMeta } from '../context.js'
import { deepFreeze } from '../create-context.js'
import { checkJob } from '../define-script.js'
import type { PrepareResult, QuarryHooks } from '../hooks.js'

/** What a run does after `prepare`. */
export type Prepared =
  | { readonly action: 'continue'; readonly job: unknown }
  | { readonly action: 'skip'; readonly reason?: string }

/**
 * Runs the `prepare` hook, if there is one, and checks the job against the script's schema, if it has one.
 * Throws for a result of the hook that is none of the allowed ones, and for a job that does not fit.
 */
export async function prepareJob(
  { run: script, hooks }: { readonly run: QuarryScript; readonly hooks: QuarryHooks },
  { job, run }: { readonly job: unknown; readonly run: RunMeta }
): Promise<Prepared> {
  const result: unknown =
    hooks.prepare === undefined ? { action: 'continue' } : await hooks.prepare(deepFreeze(job), deepFreeze(run))
  if (!isPrepareResult(result))
    throw new TypeError(
      `prepare returned ${JSON.stringify(result)}; ` +
        "expected { action: 'continue', job? } or { action: 'skip', reason? }."
    )
  if (result.action === 'skip') return result
  return { action: 'continue', job: await checkJob(script, Object.hasOwn(result, 'job') ? result.job : job) }
}

function isPrepareResult(value: unknown): value is PrepareResult {
  if (typeof value !== 'object' || value === null) return false
  const { action, reason } = value as { action?: unknown; reason?: unknown }
  return action === 'continue' || (action === 'skip' && (reason === undefined || typeof reason === 'string'))
}
