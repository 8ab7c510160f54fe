import type { QuarryContext, QuarryHooks, TerminalSignal } from '@quarry/sdk'
import { type Channel, createContext, createEmit, type RunResultOutcome } from '@quarry/sdk/internal'
import type { BrowserSession } from '../browser/browser-session.js'
import type { RunRequest } from '../request/run-request.js'
import type { LoadedScript } from '../script/load-script.js'
import type { PipeSink } from '../wire/pipe-sink.js'
import { describeError } from './describe-error.js'
import type { Interruption } from './interruption.js'
import { prepareJob } from './prepare-job.js'

/** What a run of a script needs. */
export interface RunParts {
  readonly script: LoadedScript
  readonly request: RunRequest
  readonly sink: PipeSink
  readonly channel: Channel
  readonly interruption: Interruption
  /** A browser that was started while the script was loading; otherwise one is opened after `prepare`. */
  readonly openBrowser: () => Promise<BrowserSession>
  /** Writes a line for humans. */
  readonly report: (what: string, error?: unknown) => void
}

/** How a run ended, and the browser that is still to be closed. */
export interface RunEnd {
  readonly outcome: RunResultOutcome
  readonly session?: BrowserSession
}

/** Runs the hooks and the script in the order of CONTRACT_RUN. It never throws for what a script does. */
export async function runScript(parts: RunParts): Promise<RunEnd> {
  const { script, request, sink, channel, interruption } = parts
  let prepared: Awaited<ReturnType<typeof prepareJob>>
  try {
    prepared = await Promise.race([prepareJob(script.hooks.prepare, request), interruption.failed])
  } catch (error) {
    return { outcome: await endWithError(channel, sink, error) }
  }
  if (prepared.action === 'skip') {
    const { reason } = prepared
    const summary = { skipped: true, ...(reason !== undefined && { reason }) }
    await createEmit(channel, sink).runComplete({ summary })
    return { outcome: outcomeOf(channel) }
  }
  const session = await Promise.race([parts.openBrowser(), interruption.failed])
  const { page, browser, context: browserContext } = session
  const { run, storage, resume } = request
  const ctx = createContext({
    ...{ job: prepared.job, run, page, browser, browserContext, channel, sink, storage, resume },
    signal: interruption.signal
  })
  await new ScriptRun(parts, channel, ctx, session).toEnd()
  return { outcome: outcomeOf(channel), session }
}

/** The part of a run that has a context. */
class ScriptRun {
  readonly #parts: RunParts
  readonly #channel: Channel
  readonly #ctx: QuarryContext
  readonly #session: BrowserSession

  constructor(parts: RunParts, channel: Channel, ctx: QuarryContext, session: BrowserSession) {
    this.#parts = parts
    this.#channel = channel
    this.#ctx = ctx
    this.#session = session
  }

  async toEnd(): Promise<void> {
    const { hooks } = this.#parts.script
    const signal = await this.#main(hooks)
    if (signal.outcome === 'error') await this.#hook('onError', () => hooks.onError?.(signal.error, this.#ctx))
    await this.#hook('beforeTerminal', () => hooks.beforeTerminal?.(signal, this.#ctx))
    await this.#end(signal)
    await this.#hook('cleanup', () => hooks.cleanup?.(this.#ctx))
    this.#reportRefusedCalls()
  }

  async #main(hooks: QuarryHooks): Promise<TerminalSignal> {
    const { script, interruption } = this.#parts
    const steps = async () => {
      await hooks.beforeRun?.(this.#ctx)
      await script.run(this.#ctx)
      // A script that ended its run with runError has failed, although it returned.
      if (this.#channel.terminal?.type !== 'run_error') await hooks.afterRun?.(this.#ctx)
    }
    try {
      await Promise.race([steps(), interruption.failed])
      return { outcome: 'completed' }
    } catch (error) {
      this.#parts.report('The script failed', error)
      return { outcome: 'error', error }
    }
  }

  /** The terminal event, unless the script sent one. Everything emitted before it goes first, awaited or not. */
  async #end(signal: TerminalSignal): Promise<void> {
    const { emit } = this.#ctx
    if (this.#channel.failure !== undefined) return
    if (this.#channel.terminal !== undefined) await this.#channel.idle()
    else if (signal.outcome === 'completed') await emit.runComplete()
    else await emit.runError(describeError(signal.error, this.#session.isLost))
  }

  async #hook(name: keyof QuarryHooks, call: () => unknown): Promise<void> {
    try {
      await Promise.race([Promise.resolve().then(call), this.#parts.interruption.deadline])
    } catch (error) {
      this.#parts.report(`The hook ${name} threw; the run goes on without it`, error)
    }
  }

  #reportRefusedCalls(): void {
    const calls = [...this.#channel.refusedAfterTerminal].map(([call, count]) => `${call} ${count}`)
    if (calls.length > 0) this.#parts.report(`Calls after the terminal event were refused: ${calls.join(', ')}`)
  }
}

/** The outcome follows from what was sent: a broken channel first, then the terminal event. */
function outcomeOf(channel: Channel): RunResultOutcome {
  const { failure, terminal } = channel
  if (failure !== undefined) return { status: 'crash', error_type: 'sink_failed', message: failure.message }
  if (terminal?.type === 'run_complete') return { status: 'completed' }
  const { error_type = 'script_error', message = '', stack } = terminal ?? {}
  return { status: 'error', error_type, message, ...(stack !== undefined && { stack }) }
}

/** Ends a run whose script failed before it had a context. */
export async function endWithError(channel: Channel, sink: PipeSink, error: unknown): Promise<RunResultOutcome> {
  await createEmit(channel, sink).runError(describeError(error))
  return outcomeOf(channel)
}
