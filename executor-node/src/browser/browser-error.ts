/** What to do about it. */
export const BROWSER_GUIDE = 'docs/operations/browser-does-not-start.md'

/** There is no browser to run the script in, or it did not start. */
export class BrowserUnavailableError extends Error {
  override readonly name = 'BrowserUnavailableError'
}
