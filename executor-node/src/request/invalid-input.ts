/** Arguments or the run request cannot be used; nothing was started (exit code 3). */
export class InvalidInputError extends Error {
  override readonly name = 'InvalidInputError'

  constructor(field: string, reason: string) {
    super(`${field} ${reason}`)
  }
}
