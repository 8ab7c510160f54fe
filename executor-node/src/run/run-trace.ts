import { Limits, type PlainFrame } from '@quarry/sdk/internal'
import type { BrowserSession } from '../browser/browser-session.js'
import { watchNavigations } from '../browser/navigations.js'
import { isRecorded } from './trace-context.js'

/** Where programs look for the trace that they belong to, as OpenTelemetry has it. */
const VARIABLE = 'TRACEPARENT'

/** The trace of one run, as far as its executor adds to it (CONTRACT_IPC, tracing). */
export class RunTrace {
  readonly #traceparent: string | undefined
  readonly #outer = process.env[VARIABLE]
  #told = 0
  #endWatch: () => void = () => {}
  #isOver = false

  /** Lets what the script starts see the context. */
  constructor(traceparent: string | undefined) {
    this.#traceparent = traceparent
    if (traceparent !== undefined) process.env[VARIABLE] = traceparent
  }

  /** Puts a span for each navigation of the run's pages among the frames; nothing is watched when nobody keeps them. */
  watch({ context, page }: BrowserSession, put: (frame: PlainFrame) => void): void {
    if (this.#isOver || !isRecorded(this.#traceparent)) return
    this.#endWatch = watchNavigations(context, page, (navigation) => {
      if (!this.#isOver && ++this.#told <= Limits.spansReportedMax)
        put({ type: 'span', name: 'navigation', ...navigation })
    })
  }

  /** Tells of what is still open, and takes the context away again. */
  end(): void {
    this.#endWatch()
    this.#isOver = true
    if (this.#traceparent === undefined) return
    if (this.#outer === undefined) delete process.env[VARIABLE]
    else process.env[VARIABLE] = this.#outer
  }
}
