import { createRequire, registerHooks, setSourceMapsSupport } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Bundle } from './bundle.js'
import { provideFileUrls } from './file-urls.js'
import { SDK_NAMES } from './sdk-names.js'

const SDK_URL = new URL('./sdk.mjs', import.meta.url).href

let evaluations = 0
/** A script may import to its very end, so what was done for it is taken back when the next one comes. */
let withdrawLast = () => {}

/**
 * Makes `import(url of the script)` evaluate its bundle, in memory and under the script's own address: packages
 * resolve from where the script lies, `import.meta.url` is right, and stacks show the script's lines.
 * `resolveFrom` is a second place to look for packages.
 */
export function provideScript(path: string, bundle: Bundle, resolveFrom: string | undefined): string {
  withdrawLast()
  const file = pathToFileURL(path).href
  // Each run evaluates the script anew, also in a process that has run it before.
  const entry = evaluations === 0 ? file : `${file}?run=${evaluations + 1}`
  evaluations++
  const fallback = resolveFrom === undefined ? undefined : pathToFileURL(join(resolveFrom, 'package.json')).href
  setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
  provideFileUrls(path)
  if (bundle.usesRequire) Object.assign(globalThis, { require: createRequire(path) })
  const hooks = registerHooks({
    resolve(specifier, context, next) {
      if (specifier === entry) return { url: entry, format: 'module', shortCircuit: true }
      if (SDK_NAMES.includes(specifier)) return { url: SDK_URL, format: 'module', shortCircuit: true }
      try {
        return next(specifier, context)
      } catch (error) {
        if (fallback === undefined || !isMissingPackage(specifier, error)) throw error
        return next(specifier, { ...context, parentURL: fallback })
      }
    },
    load(url, context, next) {
      return url === entry ? { format: 'module', source: bundle.source, shortCircuit: true } : next(url, context)
    }
  })
  withdrawLast = () => hooks.deregister()
  return entry
}

function isMissingPackage(specifier: string, error: unknown): boolean {
  const bare = !/^([./]|[a-z][a-z0-9+.-]*:)/i.test(specifier)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return bare && (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND')
}
