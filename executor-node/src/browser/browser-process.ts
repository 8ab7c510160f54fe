import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { ExecutorLimits } from '../limits.js'
import { BROWSER_GUIDE, BrowserUnavailableError } from './browser-error.js'
import { killTree } from './kill-tree.js'
import { PipeTransport } from './pipe-transport.js'

/** What starts a browser. */
export interface BrowserStart {
  readonly path: string
  readonly flags: readonly string[]
  readonly env: NodeJS.ProcessEnv
}

/** A browser process with a profile of its own, in the process group of the executor. */
export class BrowserProcess {
  readonly transport: PipeTransport
  readonly #child: ChildProcess
  /** The folder with everything that the browser keeps; removed with it. */
  readonly profile: string
  readonly #path: string
  #output = ''
  #failure: Error | undefined
  readonly #ended: Promise<void>

  private constructor(child: ChildProcess, profile: string, path: string) {
    this.#child = child
    this.profile = profile
    this.#path = path
    this.#ended = new Promise((resolve) => {
      child.on('exit', () => resolve())
      child.on('error', (error) => {
        this.#failure = error
        resolve()
      })
    })
    child.stderr?.on('data', (bytes: Buffer) => {
      this.#output = (this.#output + bytes.toString('utf8')).slice(-ExecutorLimits.browserOutputBytes)
    })
    this.transport = new PipeTransport(child.stdio[3] as Writable, child.stdio[4] as Readable)
  }

  /** Starts the browser. That it really runs shows when it answers on the transport. */
  static async start({ path, flags, env }: BrowserStart): Promise<BrowserProcess> {
    const profile = await mkdtemp(join(env['QUARRY_PROFILE_ROOT'] || tmpdir(), profilePrefix(env)))
    const child = spawn(path, [...flags, `--user-data-dir=${profile}`], {
      detached: false,
      env: { ...env, NODE_OPTIONS: undefined },
      stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe']
    })
    return new BrowserProcess(child, profile, path)
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null || this.#failure !== undefined
  }

  /** Resolves when the process is gone. */
  ended(): Promise<void> {
    return this.#ended
  }

  /** What is known about a browser that does not answer. */
  explain(what: string): BrowserUnavailableError {
    const { exitCode, signalCode } = this.#child
    const state =
      this.#failure?.message ?? (signalCode ? `killed by ${signalCode}` : `exit code ${exitCode ?? 'none yet'}`)
    const said = this.#output.trim()
    const output = said === '' ? 'It wrote nothing.' : `It wrote: ${said}`
    const sandbox = /no usable sandbox/i.test(said)
      ? ' In a container without user namespaces set QUARRY_NO_SANDBOX=1.'
      : ''
    return new BrowserUnavailableError(
      `The browser ${this.#path} ${what} (${state}). ${output}${sandbox} See ${BROWSER_GUIDE}.`
    )
  }

  /** Makes sure that the process is gone and removes its profile. */
  async remove(): Promise<void> {
    if (!this.hasEnded) {
      if (this.#child.pid !== undefined) killTree(this.#child.pid)
      await this.ended()
    }
    this.transport.close()
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Names the run and its execution, so that the runtime finds what a killed executor could not remove. */
function profilePrefix({ QUARRY_RUN_ID: run, QUARRY_EXECUTION: execution }: NodeJS.ProcessEnv): string {
  return run && execution ? `quarry-profile-${run}@${execution}-` : 'quarry-profile-'
}
