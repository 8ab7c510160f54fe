import type { InboundFrame } from '../io/inbound.js'
import type { PipeSink } from '../wire/pipe-sink.js'
import { BrowserUnavailableError } from './browser-error.js'

/** Where the browser is that the runtime lends, and which context of it is the run's. */
export interface LentBrowser {
  readonly endpoint: string
  readonly contextId?: string
  /** Where the context's traffic goes; directly when absent. */
  readonly contextProxy?: string
}

/** Asks the runtime for a browser and hears its answer (CONTRACT_IPC, browsers on request). */
export class BrowserLoan {
  readonly #answer = Promise.withResolvers<LentBrowser>()
  #isAsked = false

  constructor() {
    // A run that needs no browser never looks at it.
    this.#answer.promise.catch(() => {})
  }

  /** Asks once, however often it is called. */
  async ask(sink: PipeSink): Promise<LentBrowser> {
    if (!this.#isAsked) {
      this.#isAsked = true
      sink.encoder.plain({ type: 'browser_request' })
      await sink.accept()
    }
    return this.#answer.promise
  }

  /** A `browser` frame. */
  answer({ endpoint, context_id: contextId, proxy_server: contextProxy, error }: InboundFrame): void {
    if (typeof endpoint === 'string')
      this.#answer.resolve({
        endpoint,
        ...(typeof contextId === 'string' && { contextId }),
        ...(typeof contextProxy === 'string' && { contextProxy })
      })
    else this.#refuse(typeof error === 'string' ? error : 'The runtime lent no browser and did not say why.')
  }

  /** The run is over: whoever still waits waits no longer. */
  end(): void {
    this.#refuse('The run ended before the runtime lent a browser.')
  }

  #refuse(why: string): void {
    this.#answer.reject(new BrowserUnavailableError(why))
  }
}
