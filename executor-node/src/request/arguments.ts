import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { InvalidInputError } from './invalid-input.js'

/** What the command line asks for. */
export interface Arguments {
  readonly mode: 'run' | 'validate'
  readonly scriptPath: string
  readonly resolveFrom?: string
}

const USAGE = 'Usage: executor.mjs [--resolve-from DIR] [--validate] SCRIPT'

/** Reads the command line. `QUARRY_RESOLVE_FROM` stands in for `--resolve-from`. */
export function parseArguments(argv: readonly string[], env: NodeJS.ProcessEnv): Arguments {
  const { values, positionals } = parse(argv)
  const [script] = positionals
  if (script === undefined || positionals.length > 1)
    throw new InvalidInputError('The command line', `has to name one script, not ${positionals.length}. ${USAGE}`)
  const resolveFrom = values['resolve-from'] ?? env['QUARRY_RESOLVE_FROM']
  return {
    mode: values.validate === true ? 'validate' : 'run',
    scriptPath: resolve(script),
    ...(resolveFrom && { resolveFrom: resolve(resolveFrom) })
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { 'resolve-from': { type: 'string' }, validate: { type: 'boolean' } }
    })
  } catch (error) {
    throw new InvalidInputError('The command line', `cannot be read: ${(error as Error).message} ${USAGE}`)
  }
}
