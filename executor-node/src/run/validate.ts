import { describeError, schemasOf } from '@quarry/sdk/internal'
import type { ScriptPlace } from '../request/arguments.js'
import { InvalidInputError } from '../request/invalid-input.js'
import { compileScript, loadScript } from '../script/load-script.js'

/** What is known about a script without running it. */
export type ScriptReport =
  | {
      readonly valid: true
      readonly path: string
      readonly sha256: string
      readonly hooks: readonly string[]
      /** JSON Schema of the job, when the script says: `export const jobSchema`, or a schema that can tell. */
      readonly job_schema?: unknown
    }
  | { readonly valid: false; readonly path: string; readonly error_type: string; readonly message: string }

/** Compiles and loads a script, and checks its shape. Its function and hooks are not called. */
export async function validateScript({ path, resolveFrom }: ScriptPlace): Promise<ScriptReport> {
  try {
    const bundle = await compileScript(path)
    const { sha256, hookNames: hooks, run, exported } = await loadScript(path, bundle, resolveFrom)
    const job_schema = exported['jobSchema'] ?? jsonSchemaOf(schemasOf(run).job)
    return { valid: true, path, sha256, hooks, ...(job_schema !== undefined && { job_schema }) }
  } catch (error) {
    if (error instanceof InvalidInputError) throw error
    const { error_type, message } = describeError(error)
    return { valid: false, path, error_type, message }
  }
}

/** Schema libraries that can print themselves do it the way of Standard JSON Schema. */
function jsonSchemaOf(schema: unknown): unknown {
  const standard = (schema as { '~standard'?: { jsonSchema?: JsonSchemaPrinter } } | undefined)?.['~standard']
  return standard?.jsonSchema?.input({ target: 'draft-2020-12' })
}

interface JsonSchemaPrinter {
  input(options: { target: string }): unknown
}
