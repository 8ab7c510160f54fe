import { readFile } from 'node:fs/promises'
import { findPackageJSON, registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { PuppeteerNode } from 'puppeteer-core'
import ours from 'puppeteer-core/package.json' with { type: 'json' }
import type { ScriptPlace } from '../request/arguments.js'
import { ScriptLoadError } from '../script/script-error.js'

/** The Puppeteer that controls the browser of a run. */
export interface PuppeteerChoice {
  readonly isOurs: boolean
  readonly load: () => Promise<PuppeteerNode>
}

/** The pinned one, which is part of the executor. */
export const OUR_PUPPETEER: PuppeteerChoice = {
  isOurs: true,
  load: async () => (await import('puppeteer-core')).default
}

const NAMES = ['puppeteer', 'puppeteer-core']
const OLDEST_MAJOR = 24

/**
 * The script's own Puppeteer when it has one, else ours. One of our version is the same code, which is loaded already:
 * it is used only when the script imports it, so that `instanceof` holds between both.
 */
export async function findPuppeteer(script: ScriptPlace, imported: readonly string[]): Promise<PuppeteerChoice> {
  const names = [
    ...NAMES.filter((name) => imported.includes(name)),
    ...NAMES.filter((name) => !imported.includes(name))
  ]
  for (const parent of parentsOf(script)) {
    for (const name of names) {
      const version = await versionOf(name, parent)
      if (version === undefined || (version === ours.version && !imported.includes(name))) continue
      refuseOld(name, version, script.path)
      return { isOurs: false, load: async () => (await importFrom(name, parent)).default }
    }
  }
  return OUR_PUPPETEER
}

/** Addresses from which the script's packages are looked up, as its own imports are. */
function parentsOf({ path, resolveFrom }: ScriptPlace): string[] {
  const places = resolveFrom === undefined ? [path] : [path, join(resolveFrom, 'package.json')]
  return places.map((place) => pathToFileURL(place).href)
}

async function versionOf(name: string, parent: string): Promise<string | undefined> {
  const manifest = findManifest(name, parent)
  if (manifest === undefined) return undefined
  const { name: found, version } = JSON.parse(await readFile(manifest, 'utf8')) as Partial<typeof ours>
  return found === name ? version : undefined
}

function findManifest(name: string, parent: string): string | undefined {
  try {
    return findPackageJSON(name, parent)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_MODULE_NOT_FOUND') return undefined
    throw error
  }
}

function refuseOld(name: string, version: string, path: string): void {
  if (Number.parseInt(version, 10) >= OLDEST_MAJOR) return
  throw new ScriptLoadError(
    `The script ${path} has ${name} ${version} of its own; ${OLDEST_MAJOR} is the oldest that can be used. ` +
      `Update it, or remove it to run with ${ours.version}.`
  )
}

/** Imports a package as a module at `parent` would. */
async function importFrom(name: string, parent: string): Promise<{ readonly default: PuppeteerNode }> {
  const asked = `quarry:${name}`
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === asked ? next(name, { ...context, parentURL: parent }) : next(specifier, context)
  })
  try {
    return await import(asked)
  } finally {
    hooks.deregister()
  }
}
