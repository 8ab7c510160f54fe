import { type Interruption, markedError, ProcessExitError } from '@quarry/sdk/internal'

/** Node's own `process.exit`, for the executor itself. */
export const exitProcess: (code: number) => never = process.exit.bind(process)

/**
 * Turns what would end the process in the middle of a script into a failure of the script: `process.exit`,
 * unhandled rejections, uncaught exceptions. Once the script is over they are only reported.
 */
export function guardProcess(interruption: Interruption, report: (what: string, error: unknown) => void): void {
  // When the runtime is gone, so is the reader of stderr: reporting that would fail again, without end.
  process.stderr.on('error', () => {})
  process.exit = ((code?: unknown): never => {
    const error = new ProcessExitError(code)
    interruption.fail(error)
    throw error
  }) as typeof process.exit
  process.on('unhandledRejection', (error) => {
    report('A promise of the script was rejected and nothing handled it', error)
    interruption.fail(markedError('unhandled_rejection', error))
  })
  process.on('uncaughtException', (error) => {
    report('A callback of the script threw', error)
    interruption.fail(markedError('uncaught_exception', error))
  })
}
