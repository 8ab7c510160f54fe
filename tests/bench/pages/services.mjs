// @ts-check
// A Lode writer and a runner as processes of their own, over a folder that goes with them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../..', import.meta.url))
const CONFIGURATION = process.env.CONFIGURATION ?? 'Release'

const STARTED = 'Application started'

/** @typedef {{ child: import('node:child_process').ChildProcess, addresses: string[] }} Service */

/**
 * Resolves when the service listens.
 * @param {string} project @param {Record<string, string>} settings @returns {Promise<Service>}
 */
async function start(project, settings) {
  const folder = join(ROOT, 'services', project, 'bin', CONFIGURATION, 'net10.0')
  const unsandboxed = process.getuid?.() === 0 ? { QUARRY_NO_SANDBOX: '1' } : {}
  const env = { ...process.env, ...unsandboxed, ASPNETCORE_URLS: 'http://127.0.0.1:0', ...settings }
  const child = spawn('dotnet', [join(folder, `${project}.dll`)], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  let text = ''
  await new Promise((resolve, reject) => {
    // Read to its end: what a service says later has to go somewhere.
    child.stdout.on('data', (bytes) => {
      if (text.includes(STARTED)) return
      text += bytes
      if (text.includes(STARTED)) resolve(undefined)
    })
    child.once('exit', () => reject(new Error(`${project} ended before it listened:\n${text}`)))
  })
  return { child, addresses: [...text.matchAll(/Now listening on: (\S+)/g)].map(([, address]) => String(address)) }
}

/** Both services, with scripts of a bench. */
export class Services {
  /** @param {string} folder @param {Service} lode @param {Service} runner */
  constructor(folder, lode, runner) {
    this.folder = folder
    this.lode = lode
    this.runner = runner
  }

  /** @param {Record<string, string>} texts scripts by name @param {Record<string, string>} settings */
  static async start(texts, settings) {
    const folder = mkdtempSync(join(tmpdir(), 'quarry-bench-pages-'))
    const scripts = join(folder, 'scripts')
    mkdirSync(scripts)
    for (const [name, text] of Object.entries(texts)) writeFileSync(join(scripts, name), text)
    const lode = await start('Quarry.LodeWriter', { Lode__Root: join(folder, 'data'), QUARRY_GRPC_PORT: '0' })
    const [http, grpc] = lode.addresses
    const runner = await start('Quarry.Runner', {
      Runner__ScriptRoots__0: scripts,
      QUARRY_LODE_GRPC: String(grpc),
      services__lode__http__0: String(http),
      ...settings
    })
    return new Services(folder, lode, runner)
  }

  /** @param {object} body @returns {Promise<{ run_id: string }>} */
  async launch(body) {
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${this.runner.addresses[0]}/api/v1/runs`, {
      ...{ method: 'POST', headers },
      body: JSON.stringify(body)
    })
    if (!answer.ok) throw new Error(`The launch was refused: ${await answer.text()}`)
    return answer.json()
  }

  /**
   * Launches a run and resolves to it and its children when so many have ended as successes.
   * @param {object} body @param {number} count
   */
  async runTree(body, count) {
    const { run_id } = await this.launch(body)
    for (;;) {
      await pause(100)
      const tree = (await this.runs()).filter((run) => run.run_id === run_id || run.root_run_id === run_id)
      const bad = tree.find((run) => run.state === 'done' && run.outcome !== 'success')
      if (bad !== undefined) throw new Error(`Run ${bad.run_id} ended as ${bad.outcome}: ${bad.message}`)
      if (tree.length === count && tree.every((run) => run.state === 'done')) return tree
    }
  }

  /** Process ids of both. */
  get pids() {
    return [this.lode, this.runner].map(({ child }) => Number(child.pid))
  }

  /** The last thousand runs of the Lode writer, newest first. @returns {Promise<Record<string, any>[]>} */
  async runs(filter = '') {
    return (await (await fetch(`${this.lode.addresses[0]}/api/v1/runs?limit=1000${filter}`)).json()).items
  }

  async stop() {
    for (const { child } of [this.runner, this.lode]) {
      child.kill('SIGTERM')
      await once(child, 'exit')
    }
    rmSync(this.folder, { recursive: true })
  }
}
