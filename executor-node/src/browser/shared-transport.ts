import type { ConnectionTransport } from 'puppeteer-core'

const AUTO_ATTACH = 'Target.setAutoAttach'

/** What a client of a shared browser wants to know of pages; what is not named is as its Puppeteer asks. */
export interface SharedAttachment {
  readonly waitForDebuggerOnStart?: false
  /** Of which kinds of targets it wants to know. */
  readonly filter?: readonly { readonly type?: string; readonly exclude?: boolean }[]
}

/**
 * A connection to a browser that others use at the same time. A browser holds each new page until every client that wants
 * to be waited for has looked at it, so one whose script is busy would stop the pages of all the others. Through this
 * connection a client is not waited for.
 */
export class SharedTransport implements ConnectionTransport {
  onmessage?: (message: string) => void
  onclose?: () => void
  readonly #inner: ConnectionTransport
  readonly #attachment: SharedAttachment

  constructor(inner: ConnectionTransport, attachment: SharedAttachment) {
    this.#inner = inner
    this.#attachment = attachment
    inner.onmessage = (message) => this.onmessage?.(message)
    inner.onclose = () => this.onclose?.()
  }

  send(message: string): void {
    this.#inner.send(message.includes(AUTO_ATTACH) ? this.#rewritten(message) : message)
  }

  close(): void {
    this.#inner.close()
  }

  /** What a client asks of the browser as a whole; what it asks of one of its own pages concerns nobody else. */
  #rewritten(message: string): string {
    const call = JSON.parse(message) as { method: string; params: object; sessionId?: string }
    if (call.method !== AUTO_ATTACH || call.sessionId !== undefined) return message
    return JSON.stringify({ ...call, params: { ...call.params, ...this.#attachment } })
  }
}
