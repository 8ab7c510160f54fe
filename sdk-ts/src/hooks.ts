import type { QuarryContext, QuarryScript, RunMeta } from './context.js'

/** What `prepare` decided. */
export type PrepareResult<Job = unknown> = { action: 'continue'; job?: Job } | { action: 'skip'; reason?: string }

/**
 * Runs first, before a browser exists. It may replace the job, or skip the run: then `run_complete` carries
 * `summary.skipped`, no browser is started and no other hook runs.
 */
export type PrepareHook<Job = unknown> = (job: Job, run: RunMeta) => PrepareResult<Job> | Promise<PrepareResult<Job>>

/** How the script ended, as `beforeTerminal` sees it. */
export type TerminalSignal = { outcome: 'completed' } | { outcome: 'error'; error: unknown }

/** Runs before the script's function. A throw is a script error. */
export type BeforeRunHook<Job = unknown> = (ctx: QuarryContext<Job>) => Promise<void> | void

/** Runs after the script's function succeeded. A throw is a script error. */
export type AfterRunHook<Job = unknown> = (ctx: QuarryContext<Job>) => Promise<void> | void

/** Runs after a failure. A throw is logged and swallowed. */
export type OnErrorHook<Job = unknown> = (error: unknown, ctx: QuarryContext<Job>) => Promise<void> | void

/** Runs while emitting is still possible, right before the terminal event. A throw is logged and swallowed. */
export type BeforeTerminalHook<Job = unknown> = (
  signal: TerminalSignal,
  ctx: QuarryContext<Job>
) => Promise<void> | void

/** Runs last, on every way out once a context exists. Emitting is over by then. A throw is logged and swallowed. */
export type CleanupHook<Job = unknown> = (ctx: QuarryContext<Job>) => Promise<void> | void

/** The hooks a script module may export, in the order of CONTRACT_RUN. */
export interface QuarryHooks<Job = unknown> {
  prepare?: PrepareHook<Job>
  beforeRun?: BeforeRunHook<Job>
  afterRun?: AfterRunHook<Job>
  onError?: OnErrorHook<Job>
  beforeTerminal?: BeforeTerminalHook<Job>
  cleanup?: CleanupHook<Job>
}

/** A script module: a default function and hooks. */
export interface QuarryScriptModule<Job = unknown> extends QuarryHooks<Job> {
  default: QuarryScript<Job>
}
