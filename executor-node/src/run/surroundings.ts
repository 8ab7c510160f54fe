import { setImmediate as turn } from 'node:timers/promises'
import { ExecutorLimits } from '../limits.js'

/**
 * What a script may change in the process and a next run would feel: timers and sockets, listeners, environment, folder,
 * globals. One who leaves something behind is the last that its process serves.
 */
export class Surroundings {
  readonly #before: string

  private constructor() {
    this.#before = look()
  }

  /** As they are now, before any script. */
  static take(): Surroundings {
    return new Surroundings()
  }

  /** Whether they are as they were; what is closed already gets a moment to be gone. */
  async areRestored(): Promise<boolean> {
    const until = performance.now() + ExecutorLimits.settleMs
    while (look() !== this.#before) {
      if (performance.now() > until) return false
      await turn()
    }
    return true
  }
}

function look(): string {
  const resources = process.getActiveResourcesInfo().filter((name) => name !== 'Immediate')
  const listeners = process.eventNames().map((name) => `${String(name)} ${process.listenerCount(name)}`)
  // `require` is given to CommonJS by the loader.
  const globals = Object.getOwnPropertyNames(globalThis).filter((name) => name !== 'require')
  return JSON.stringify([resources.sort(), listeners.sort(), process.env, process.cwd(), globals])
}
