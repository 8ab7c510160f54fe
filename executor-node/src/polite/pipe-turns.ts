import type { TurnAnswer, TurnSource } from '@quarry/sdk/internal'
import type { InboundFrame } from '../io/inbound.js'
import type { PipeSink } from '../wire/pipe-sink.js'

/** Turns that the runtime gives, shared with all other runs (CONTRACT_IPC, turns). */
export class PipeTurns implements TurnSource {
  readonly #sink: PipeSink
  readonly #asked = new Map<number, PromiseWithResolvers<TurnAnswer>>()
  #lastId = 0

  constructor(sink: PipeSink) {
    this.#sink = sink
  }

  async take(url: URL, delayMs = 0): Promise<TurnAnswer> {
    const turn_id = ++this.#lastId
    const answer = Promise.withResolvers<TurnAnswer>()
    this.#asked.set(turn_id, answer)
    await this.#send({ type: 'turn_request', turn_id, url: address(url), ...(delayMs > 0 && { delay_ms: delayMs }) })
    return answer.promise
  }

  /** A `turn_granted` frame. One for an unknown id is ignored. */
  granted({ turn_id, allowed, reason }: InboundFrame): void {
    const id = Number(turn_id)
    const answer = this.#asked.get(id)
    this.#asked.delete(id)
    if (allowed === true) answer?.resolve({ allowed: true, end: () => this.#send({ type: 'turn_done', turn_id: id }) })
    else answer?.resolve({ allowed: false, reason: typeof reason === 'string' ? reason : 'the runtime gave no reason' })
  }

  async #send(frame: { readonly type: string } & Readonly<Record<string, unknown>>): Promise<void> {
    await this.#sink.room()
    this.#sink.encoder.plain(frame)
    await this.#sink.accept()
  }
}

/** Only the host matters: what else an address holds, a login or a token, stays here. */
function address({ protocol, host }: URL): string {
  return `${protocol}//${host}/`
}
