import { SinkFailedError } from '@quarry/sdk'
import {
  Channel,
  crashOutcome,
  endWithError,
  Interruption,
  LocalTurns,
  type RunEnd,
  type RunResultOutcome,
  runScript,
  stackOf,
  type TurnSource
} from '@quarry/sdk/internal'
import type { BrowserSession } from '../browser/browser-session.js'
import { findPuppeteer } from '../browser/find-puppeteer.js'
import type { Inbound, InboundFrame } from '../io/inbound.js'
import type { PipeWriter } from '../io/pipe-writer.js'
import { ExecutorLimits } from '../limits.js'
import { PipeTurns } from '../polite/pipe-turns.js'
import { RobotsTurns } from '../polite/robots.js'
import type { ScriptPlace } from '../request/arguments.js'
import type { RunRequest } from '../request/run-request.js'
import type { Bundle } from '../script/bundle.js'
import { compileScript, type LoadedScript, loadScript } from '../script/load-script.js'
import { surelyNeedsBrowser } from '../script/needs-browser.js'
import { ScriptFailedError, ScriptLoadError } from '../script/script-error.js'
import { PipeSink } from '../wire/pipe-sink.js'
import { keepEvidence } from './evidence.js'
import type { InHand, ProcessGuard } from './process-guard.js'
import { RunBrowser } from './run-browser.js'
import { RunTrace } from './run-trace.js'

/** Exit codes of CONTRACT_IPC. */
export const ExitCode = { completed: 0, scriptError: 1, crash: 2, invalidInput: 3 } as const

/** Hosts one run: from the request to the `run_result` frame. Resolves to the exit code. */
export class RunHost implements InHand {
  readonly #script: ScriptPlace
  readonly #request: RunRequest
  readonly #sink: PipeSink
  readonly #channel: Channel
  readonly interruption = new Interruption()
  readonly #turns: PipeTurns
  readonly #trace: RunTrace
  readonly #browser: RunBrowser

  constructor(script: ScriptPlace, request: RunRequest, output: PipeWriter) {
    this.#script = script
    this.#request = request
    this.#sink = new PipeSink(output, request.run)
    this.#channel = new Channel(this.#sink)
    this.#turns = new PipeTurns(this.#sink)
    this.#trace = new RunTrace(request.run.traceparent)
    this.#browser = new RunBrowser(script, request, this.#sink, this.#trace)
  }

  async run(inbound: Inbound, guard: ProcessGuard): Promise<number> {
    this.#listen(inbound)
    guard.inHand = this
    const { outcome } = await this.#runToEnd()
    this.#trace.end()
    this.#sink.encoder.plain({ type: 'run_result', outcome, ...(await this.#proxyUsed()) })
    const closing = this.#closeBrowser()
    const sent = await this.#sink.drain().then(
      () => true,
      (error: unknown) => report('The last frames could not be sent', error)
    )
    await closing
    guard.inHand = undefined
    return sent === true && inbound.closedWhy === undefined ? exitCodeOf(outcome) : ExitCode.crash
  }

  #listen(inbound: Inbound): void {
    inbound.onFrame = (frame) => this.#take(frame)
    inbound.onClosed = (why) => this.interruption.cancel(why, ExecutorLimits.orphanGraceMs)
    if (inbound.closedWhy !== undefined) inbound.onClosed(inbound.closedWhy)
  }

  #take(frame: InboundFrame): void {
    const { acknowledgements } = this.#sink
    const { write_id, ok, error, seq, reason, grace_ms } = frame
    if (frame.type === 'file_write_ack' && typeof write_id === 'number')
      acknowledgements.fileAck(write_id, ok === true, typeof error === 'string' ? error : undefined)
    else if (frame.type === 'durable_ack' && typeof seq === 'number') acknowledgements.durableAck(seq)
    else if (frame.type === 'browser') this.#browser.loan.answer(frame)
    else if (frame.type === 'turn_granted') this.#turns.granted(frame)
    else if (frame.type === 'cancel') {
      const graceMs = typeof grace_ms === 'number' && grace_ms >= 0 ? grace_ms : ExecutorLimits.cancelGraceMs
      this.interruption.cancel(typeof reason === 'string' && reason !== '' ? reason : 'canceled', graceMs)
    }
  }

  async #runToEnd(): Promise<RunEnd<BrowserSession>> {
    try {
      // What is wrong with the script's files is said by the compiler.
      this.#browser.openEarly().catch(() => {})
      const bundle = await compileScript(this.#script.path)
      const puppeteer = await findPuppeteer(this.#script, bundle.imports)
      if (surelyNeedsBrowser(bundle)) this.#browser.open(puppeteer).catch(() => {})
      const script = await this.#load(bundle)
      const [request, sink, channel, interruption] = [this.#request, this.#sink, this.#channel, this.interruption]
      const openBrowser = () => this.#browser.open(puppeteer)
      const turns = (session: BrowserSession) => this.#turnsOf(session)
      const parts = { script, request, sink, channel, interruption, openBrowser, turns, report }
      return await runScript({ ...parts, ...(this.#keepsEvidence && { keepEvidence }) })
    } catch (error) {
      report('The run could not be carried out', error)
      const isScripts = error instanceof ScriptFailedError || error instanceof ScriptLoadError
      if (!isScripts) return { outcome: crashOutcome(error) }
      const cause = error instanceof ScriptFailedError ? error.cause : error
      return { outcome: await endWithError(this.#channel, this.#sink, cause) }
    }
  }

  /** Everything that goes wrong while the script's own code is evaluated is the script's. */
  async #load(bundle: Bundle): Promise<LoadedScript> {
    const { path, resolveFrom } = this.#script
    try {
      const loading = loadScript(path, bundle, resolveFrom)
      const script = await Promise.race([loading, this.interruption.failed])
      await this.#introduce(script)
      return script
    } catch (error) {
      throw error instanceof SinkFailedError ? error : new ScriptFailedError(error)
    }
  }

  async #introduce({ path, sha256, hookNames: hooks }: LoadedScript): Promise<void> {
    this.#sink.encoder.plain({ type: 'script_info', path, sha256, hooks })
    await this.#sink.accept()
  }

  /** A runtime that says nothing of politeness does not answer: then the process keeps to a budget of its own. */
  #turnsOf({ context }: BrowserSession): TurnSource {
    const { politeness } = this.#request
    if (politeness === undefined) return new LocalTurns()
    return politeness.robots ? new RobotsTurns(this.#turns, context, politeness.userAgent) : this.#turns
  }

  get #keepsEvidence(): boolean {
    return process.env['QUARRY_FAILURE_EVIDENCE'] !== '0'
  }

  async #closeBrowser(): Promise<void> {
    await this.#browser.close().catch((error: unknown) => report('The browser could not be closed cleanly', error))
  }

  /** Something ended the process past every guard: say so, with what was emitted before. */
  exitUnfinished(): void {
    process.exitCode = ExitCode.crash
    const message = 'The process exited before the script ended.'
    this.#sink.encoder.plain({ type: 'run_result', outcome: { status: 'crash', error_type: 'process_exit', message } })
    this.#sink.drainBlocking(ExecutorLimits.exitDrainMs)
  }

  /** The proxy without its login, and how many requests failed at it. */
  async #proxyUsed() {
    const { proxy } = this.#request
    if (proxy === undefined) return {}
    const { protocol, host, port } = proxy
    return { proxy_used: { protocol, host, port, failed_requests: await this.#browser.proxyFailures() } }
  }
}

/** The exit code that says the same as the outcome. */
export function exitCodeOf({ status, error_type }: RunResultOutcome): number {
  if (status === 'completed') return ExitCode.completed
  if (status === 'error') return ExitCode.scriptError
  return error_type === 'invalid_input' ? ExitCode.invalidInput : ExitCode.crash
}

/** Writes to stderr, which the runtime keeps as console lines of the run. */
export function report(what: string, error?: unknown): void {
  const detail = error === undefined ? '' : `: ${error instanceof Error ? stackOf(error) : String(error)}`
  process.stderr.write(`${what}${detail}\n`)
}
