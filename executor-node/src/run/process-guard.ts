import { type Interruption, markedError, ProcessExitError } from '@quarry/sdk/internal'
import { ExecutorLimits } from '../limits.js'

/** Node's own `process.exit`, for the executor itself. */
export const exitProcess: (code: number) => never = process.exit.bind(process)

/** A run that the process has in hand. */
export interface InHand {
  readonly interruption: Interruption
  /** The process exits before the run has ended: the last moment to say so. */
  exitUnfinished(): void
}

/**
 * Turns what would end the process in the middle of a script into a failure of the script: `process.exit`,
 * unhandled rejections, uncaught exceptions; and signals into a cancel. Without a run in hand they are only reported.
 */
export class ProcessGuard {
  /** The run that is told. */
  inHand: InHand | undefined
  #isDisturbed = false

  constructor(report: (what: string, error: unknown) => void) {
    // When the runtime is gone, so is the reader of stderr: reporting that would fail again, without end.
    process.stderr.on('error', () => {})
    process.exit = ((code?: unknown): never => {
      const error = new ProcessExitError(code)
      this.#fail(error)
      throw error
    }) as typeof process.exit
    process.on('unhandledRejection', (error) => {
      report('A promise of the script was rejected and nothing handled it', error)
      this.#fail(markedError('unhandled_rejection', error))
    })
    process.on('uncaughtException', (error) => {
      report('A callback of the script threw', error)
      this.#fail(markedError('uncaught_exception', error))
    })
    process.on('exit', () => this.inHand?.exitUnfinished())
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => this.#end(signal))
  }

  /** Whether something of a run failed after its end: it still goes on, and a next run would feel it. */
  get isDisturbed(): boolean {
    return this.#isDisturbed
  }

  #fail(error: unknown): void {
    if (this.inHand === undefined) this.#isDisturbed = true
    else this.inHand.interruption.fail(error)
  }

  #end(signal: string): void {
    if (this.inHand === undefined) exitProcess(0)
    this.inHand.interruption.cancel(signal, ExecutorLimits.terminateGraceMs)
  }
}
