import { stat } from 'node:fs/promises'
import type { QuarryHooks, QuarryScript } from '@quarry/sdk'
import { InvalidInputError } from '../request/invalid-input.js'
import { type Bundle, bundleScript } from './bundle.js'
import { KnownBundles } from './known-bundles.js'
import { provideScript } from './module-hooks.js'
import { ScriptLoadError } from './script-error.js'

/** Names of the hooks, in the order in which they run (CONTRACT_RUN). */
export const HOOK_NAMES = ['prepare', 'beforeRun', 'afterRun', 'onError', 'beforeTerminal', 'cleanup'] as const

/** A script that is ready to run. */
export interface LoadedScript {
  readonly path: string
  readonly sha256: string
  readonly run: QuarryScript
  readonly hooks: QuarryHooks
  /** Names of the hooks that the script exports. */
  readonly hookNames: readonly string[]
  /** Everything that the script exports. */
  readonly exported: Readonly<Record<string, unknown>>
}

const known = new KnownBundles()

/** Compiles the script without running any of it; once, as long as its files stay as they are. */
export async function compileScript(path: string): Promise<Bundle> {
  const file = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw new InvalidInputError(`The script ${path}`, `cannot be read: ${error.code ?? error.message}. Check the path.`)
  })
  if (!file.isFile()) throw new InvalidInputError(`The script ${path}`, 'is no file.')
  return known.get(path, () => bundleScript(path))
}

/** Evaluates the compiled script and checks what it exports. */
export async function loadScript(path: string, bundle: Bundle, resolveFrom?: string): Promise<LoadedScript> {
  const entry = provideScript(path, bundle, resolveFrom)
  const exported = scriptExports((await import(entry)) as Record<string, unknown>)
  const run = exported['default']
  if (typeof run !== 'function') throw new ScriptLoadError(noFunction(path, run, exported))
  const hookNames = HOOK_NAMES.filter((name) => exported[name] !== undefined)
  for (const name of hookNames) {
    if (typeof exported[name] === 'function') continue
    throw new ScriptLoadError(
      `The script ${path} exports ${name}, which is a ${typeof exported[name]}, not a function.`
    )
  }
  const hooks = Object.fromEntries(hookNames.map((name) => [name, exported[name]])) as QuarryHooks
  return { path, sha256: bundle.sha256, run: run as QuarryScript, hooks, hookNames, exported }
}

/** CommonJS arrives as one default export that holds everything. */
function scriptExports(module: Record<string, unknown>): Record<string, unknown> {
  const whole = module['default']
  const isWrapped = typeof whole === 'object' && whole !== null && 'default' in whole
  if (isWrapped) return whole as Record<string, unknown>
  return typeof whole === 'function' ? { ...hooksOn(whole), ...module } : module
}

/** `module.exports = run; module.exports.cleanup = ...` */
function hooksOn(run: object): Record<string, unknown> {
  return Object.fromEntries(
    HOOK_NAMES.filter((name) => Object.hasOwn(run, name)).map((name) => [name, Reflect.get(run, name)])
  )
}

function noFunction(path: string, found: unknown, exported: Record<string, unknown>): string {
  const names = Object.keys(exported).filter((name) => name !== 'default')
  const what = found === undefined ? 'has no default export' : `has a default export that is a ${typeof found}`
  const others = names.length === 0 ? '' : ` It exports ${names.join(', ')}.`
  return `The script ${path} ${what}; expected export default async function (ctx) { ... }.${others}`
}
