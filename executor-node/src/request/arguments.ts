import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { InvalidInputError } from './invalid-input.js'

/** What the command line asks for. */
export type Arguments =
  | { readonly mode: 'run' | 'validate'; readonly script: ScriptPlace }
  /** Serves runs one after another; each request names its script. */
  | { readonly mode: 'serve' }
  /** Keeps one browser for others, without a script. */
  | { readonly mode: 'browser' }
  /** Says what a run would use on this machine. */
  | { readonly mode: 'check' }
  /** Says what it can do beyond running a script. */
  | { readonly mode: 'features' }

/** Where a script lies, and where else its packages may be. */
export interface ScriptPlace {
  readonly path: string
  readonly resolveFrom?: string
}

const USAGE =
  'Usage: executor.mjs [--resolve-from DIR] [--validate] SCRIPT, or executor.mjs --serve, --browser, --check or --features'

/** Reads the command line. `QUARRY_RESOLVE_FROM` stands in for `--resolve-from`. */
export function parseArguments(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  const { values, positionals } = parse(argv)
  const [script] = positionals
  const mode = (['serve', 'browser', 'check', 'features'] as const).find((name) => values[name] === true)
  if (mode !== undefined) {
    if (script === undefined && values.validate !== true) return { mode }
    throw new InvalidInputError('The command line', `names a script or --validate besides --${mode}. ${USAGE}`)
  }
  if (script === undefined || positionals.length > 1)
    throw new InvalidInputError('The command line', `has to name one script, not ${positionals.length}. ${USAGE}`)
  const resolveFrom = values['resolve-from'] ?? env['QUARRY_RESOLVE_FROM']
  return { mode: values.validate === true ? 'validate' : 'run', script: scriptPlace(script, resolveFrom) }
}

/** A place with absolute paths. */
export function scriptPlace(path: string, resolveFrom: string | undefined): ScriptPlace {
  return { path: resolve(path), ...(resolveFrom && { resolveFrom: resolve(resolveFrom) }) }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        'resolve-from': { type: 'string' },
        validate: { type: 'boolean' },
        serve: { type: 'boolean' },
        browser: { type: 'boolean' },
        check: { type: 'boolean' },
        features: { type: 'boolean' }
      }
    })
  } catch (error) {
    throw new InvalidInputError('The command line', `cannot be read: ${(error as Error).message} ${USAGE}`)
  }
}
