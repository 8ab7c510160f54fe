/** There is no browser to run the script in, or it did not start. */
export class BrowserUnavailableError extends Error {
  override readonly name = 'BrowserUnavailableError'
}
