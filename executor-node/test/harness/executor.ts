import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, mkdtempSync, openSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from '@msgpack/msgpack'
import { type Frame, FrameReader, frameOf } from './frames.js'

export const EXECUTOR = fileURLToPath(new URL('../../dist/executor.mjs', import.meta.url))

/** What a test may vary about a run. */
export interface StartOptions {
  /** The script's text, or other files of its folder by name. */
  readonly script?: string
  readonly files?: Readonly<Record<string, string>>
  /** A script that exists, instead of a text. */
  readonly path?: string
  /** Name of the script's file. */
  readonly name?: string
  readonly args?: readonly string[]
  readonly job?: unknown
  /** Fields of the run request besides run_id, attempt and job. */
  readonly request?: Readonly<Record<string, unknown>>
  /** Written instead of the run request. */
  readonly stdin?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Acknowledges every file, as a runtime would. */
  readonly acknowledges?: boolean
  /** Sockets instead of pipes: what Node gives its children. */
  readonly sockets?: boolean
}

/** A running executor between two pipes, as the runtime would hold it. */
export class Executor {
  readonly folder: string
  readonly reader = new FrameReader()
  readonly child: ChildProcess
  readonly output: Socket
  stderr = ''
  readonly #watchers = new Set<() => void>()
  readonly #ended: Promise<number | null>

  private constructor(folder: string, child: ChildProcess, output: Socket, error: Socket, acknowledges: boolean) {
    this.folder = folder
    this.child = child
    this.output = output
    output.on('data', (bytes: Buffer) => {
      const frames = this.reader.take(bytes)
      for (const { type, write_id } of acknowledges ? frames : [])
        if (type === 'file_write') this.send({ type: 'file_write_ack', write_id, ok: true })
      this.#changed()
    })
    error.on('data', (bytes: Buffer) => {
      this.stderr += bytes.toString('utf8')
      this.#changed()
    })
    child.stdin?.on('error', () => {})
    const closed = Promise.all([once(output, 'close'), once(error, 'close'), once(child, 'exit')])
    this.#ended = closed.then(([, , [code]]) => code as number | null)
    void this.#ended.then(() => this.#changed())
  }

  static start(options: StartOptions): Executor {
    const folder = mkdtempSync(join(tmpdir(), 'quarry-executor-test-'))
    const name = options.name ?? 'script.ts'
    const files = { ...(options.script !== undefined && { [name]: options.script }), ...options.files }
    for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
    const streams = options.sockets === true ? undefined : [pipe(folder, 'stdout'), pipe(folder, 'stderr')]
    const child = spawn(
      process.execPath,
      [EXECUTOR, ...(options.args ?? []), ...scriptArgument(options, folder, name)],
      {
        env: { ...process.env, QUARRY_PROFILE_ROOT: folder, ...options.env },
        stdio: ['pipe', streams?.[0]?.write ?? 'pipe', streams?.[1]?.write ?? 'pipe']
      }
    )
    for (const stream of streams ?? []) closeSync(stream.write)
    const [output, error] = streams?.map(({ read }) => new Socket({ fd: read })) ?? [child.stdout, child.stderr]
    const executor = new Executor(folder, child, output as Socket, error as Socket, options.acknowledges === true)
    const request = { run_id: 'run-1', attempt: 1, job: options.job ?? null, ...options.request }
    child.stdin?.write(options.stdin ?? `${JSON.stringify(request)}\n`)
    return executor
  }

  get frames(): readonly Frame[] {
    return this.reader.frames
  }

  /** The events, without other frames. */
  get events(): readonly Frame[] {
    return this.frames.filter((frame) => frame.payload !== undefined)
  }

  /** Types of the events, in order. */
  get types(): string[] {
    return this.events.map((event) => event.type)
  }

  /** Messages of the log events, in order. */
  get logs(): unknown[] {
    return this.events.filter((event) => event.type === 'log').map((event) => event.payload?.['message'])
  }

  /** Data of the item events, in order. */
  get items(): Record<string, unknown>[] {
    return this.events
      .filter((event) => event.type === 'item')
      .map((event) => event.payload?.['data'] as Record<string, unknown>)
  }

  frame(type: string): Frame | undefined {
    return this.frames.find((frame) => frame.type === type)
  }

  /** Outcome of the `run_result` frame. */
  get outcome(): Record<string, unknown> | undefined {
    return this.frame('run_result')?.['outcome'] as Record<string, unknown> | undefined
  }

  /** Profiles of browsers that were not removed. */
  get profiles(): string[] {
    return readdirSync(this.folder).filter((name) => name.startsWith('quarry-profile-'))
  }

  /** Sends a frame, as the runtime would. */
  send(frame: Record<string, unknown>): void {
    this.child.stdin?.write(frameOf(encode, frame))
  }

  /** Resolves when `condition` holds; it is looked at whenever the executor wrote something. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) {
      if (this.child.exitCode !== null && this.reader.restBytes === 0 && this.output.closed)
        throw new Error(`The executor ended (${this.child.exitCode}) before the condition held:\n${this.stderr}`)
      await new Promise<void>((resolve) => this.#watchers.add(resolve))
    }
  }

  /** Resolves to the exit code when the process has ended and everything it wrote was read. */
  async end(): Promise<number | null> {
    return this.#ended
  }

  /** Kills what is still running and removes the folder. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) this.child.kill('SIGKILL')
    this.output.resume()
    await this.#ended
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 })
  }

  #changed(): void {
    const watchers = [...this.#watchers]
    this.#watchers.clear()
    for (const watcher of watchers) watcher()
  }
}

/** Runs a script to its end. */
export async function runScript(options: StartOptions): Promise<Executor & { readonly code: number | null }> {
  const executor = Executor.start(options)
  const code = await executor.end()
  return Object.assign(executor, { code })
}

/** No argument for an executor that learns its script from the request. */
function scriptArgument({ path, args }: StartOptions, folder: string, name: string): string[] {
  return args?.some((arg) => arg === '--serve' || arg === '--browser') === true ? [] : [path ?? join(folder, name)]
}

/** A real pipe: Node would give its child a socket. */
function pipe(folder: string, name: string): { read: number; write: number } {
  const path = join(folder, `.${name}`)
  execFileSync('mkfifo', [path])
  const read = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  return { read, write: openSync(path, constants.O_WRONLY) }
}
