/** A turn at a host. It ends with {@link Turn.done}, with `await using`, or with the run. */
export interface Turn extends AsyncDisposable {
  /** Whether the address may be visited now. When not, {@link Turn.reason} says why, and there is nothing to end. */
  readonly allowed: boolean
  readonly reason?: string
  /** Milliseconds from the question to the answer. */
  readonly waitedMs: number
  /** Ends the turn: the next one at this host may begin. Calling it again does nothing. */
  done(): Promise<void>
}

/**
 * Waits for a turn at the host of an address, within the budget that all runs share (CONTRACT_RUN, politeness). With
 * `robots` in force it also asks the host's `robots.txt`, whose crawl delay counts when it is longer.
 */
export type Polite = (url: string | URL) => Promise<Turn>
