import type { Browser, BrowserContext, Page } from 'puppeteer-core'
import type { QuarryContext, QuarryScript, ResumePoint, RunMeta } from '../context.js'
import { createContext } from '../create-context.js'
import type { Channel } from '../emit/channel.js'
import { createEmit } from '../emit/create-emit.js'
import type { FrameSink } from '../emit/frame-sink.js'
import type { QuarryHooks, TerminalSignal } from '../hooks.js'
import { createPolite, type TurnSource } from '../polite/turn-source.js'
import type { StoragePartitionMeta } from '../storage/api.js'
import type { RunResultOutcome } from '../wire/frame-encoder.js'
import { describeError } from './describe-error.js'
import type { Interruption } from './interruption.js'
import { type Prepared, prepareJob } from './prepare-job.js'

/** The browser of a run. */
export interface HostSession {
  readonly page: Page
  readonly browser: Browser
  readonly context: BrowserContext
  /** Whether the browser ended by itself. */
  readonly isLost: boolean
}

/** What a host provides to run a script. */
export interface RunParts<Session extends HostSession> {
  readonly script: { readonly run: QuarryScript; readonly hooks: QuarryHooks }
  readonly request: {
    readonly run: RunMeta
    readonly job: unknown
    readonly storage?: StoragePartitionMeta
    readonly resume?: ResumePoint
  }
  readonly sink: FrameSink
  readonly channel: Channel
  readonly interruption: Interruption
  /** Opens the browser; called after `prepare`, and not at all for a run that it skips. */
  readonly openBrowser: () => Promise<Session>
  /** Where the script's turns at hosts come from. */
  readonly turns: (session: Session) => TurnSource
  /** Keeps what helps to understand a failure; called while emitting is possible, before `onError`. */
  readonly keepEvidence?: (ctx: QuarryContext, session: Session) => Promise<void>
  /** Writes a line for humans. */
  readonly report: (what: string, error?: unknown) => void
}

/** How a run ended, and the browser that is still to be closed. */
export interface RunEnd<Session extends HostSession> {
  readonly outcome: RunResultOutcome
  readonly session?: Session
}

/** Runs the hooks and the script in the order of CONTRACT_RUN. It never throws for what a script does. */
export async function runScript<Session extends HostSession>(parts: RunParts<Session>): Promise<RunEnd<Session>> {
  const { script, request, sink, channel, interruption } = parts
  let prepared: Prepared
  try {
    prepared = await Promise.race([prepareJob(script, request), interruption.failed])
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
    ...{ signal: interruption.signal, polite: createPolite(parts.turns(session)) }
  })
  await new ScriptRun(parts, ctx, session).toEnd()
  return { outcome: outcomeOf(channel), session }
}

/** The part of a run that has a context. */
class ScriptRun<Session extends HostSession> {
  readonly #parts: RunParts<Session>
  readonly #channel: Channel
  readonly #ctx: QuarryContext
  readonly #session: Session

  constructor(parts: RunParts<Session>, ctx: QuarryContext, session: Session) {
    this.#parts = parts
    this.#channel = parts.channel
    this.#ctx = ctx
    this.#session = session
  }

  async toEnd(): Promise<void> {
    const { hooks } = this.#parts.script
    const signal = await this.#main(hooks)
    if (signal.outcome === 'error') {
      const keep = this.#channel.terminal === undefined ? this.#parts.keepEvidence : undefined
      await this.#hook('evidence', () => keep?.(this.#ctx, this.#session))
      await this.#hook('onError', () => hooks.onError?.(signal.error, this.#ctx))
    }
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
      // A rejection that nothing handles shows at the end of the turn: a lost item must not end in success.
      await endOfTurn()
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
    try {
      if (this.#channel.terminal !== undefined) await this.#channel.idle()
      else if (signal.outcome === 'completed') await emit.runComplete()
      else await emit.runError(describeError(signal.error, this.#session.isLost))
    } catch (error) {
      // The channel is broken: the outcome says so, and cleanup still runs.
      this.#parts.report('The terminal event could not be sent', error)
    }
  }

  async #hook(name: keyof QuarryHooks | 'evidence', call: () => unknown): Promise<void> {
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
export async function endWithError(channel: Channel, sink: FrameSink, error: unknown): Promise<RunResultOutcome> {
  await createEmit(channel, sink).runError(describeError(error))
  return outcomeOf(channel)
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
