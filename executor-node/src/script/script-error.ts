/** The script cannot be run: it does not compile, or does not export what it has to. */
export class ScriptLoadError extends Error {
  override readonly name = 'ScriptLoadError'
}

/** The script's own code failed before it could run; `cause` is what it threw. */
export class ScriptFailedError extends Error {
  override readonly name = 'ScriptFailedError'

  constructor(cause: unknown) {
    super('The script could not be loaded', { cause })
  }
}
