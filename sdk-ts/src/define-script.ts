import type { QuarryContext, QuarryScript } from './context.js'
import { PayloadError } from './errors.js'

/** The part of the Standard Schema specification (version 1) that is used here: zod, valibot and arktype have it. */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>
    readonly types?: { readonly output: Output } | undefined
  }
}

/** Outcome of a validation. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] }

/** What is wrong with a value, and where. */
export interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The job does not fit the schema that the script declared. */
export class JobInvalidError extends Error {
  override readonly name = 'JobInvalidError'

  constructor(issues: readonly SchemaIssue[]) {
    super(`The job does not fit the script: ${issues.map((issue) => describeIssue('job', issue)).join('; ')}`)
  }
}

/** Schemas of {@link defineScript}. */
export interface ScriptSchemas<Job> {
  /** What the job has to be. It is checked before a browser is started; defaults of the schema apply. */
  readonly job?: StandardSchema<Job>
  /** What items have to be, by `item_type`. Types without a schema are not checked. */
  readonly items?: Readonly<Record<string, StandardSchema>>
}

const SCHEMAS = Symbol.for('quarry.schemas')

/**
 * Declares a script with schemas: `export default defineScript({ job, items }, async (ctx) => { ... })`.
 * An item that does not fit rejects its `emit.item` call with `PayloadError`, and is not sent.
 */
export function defineScript<Job>(schemas: ScriptSchemas<Job>, run: QuarryScript<Job>): QuarryScript<Job> {
  const checked: QuarryScript<Job> = (ctx) => run(withCheckedItems(ctx, schemas.items ?? {}))
  return Object.assign(checked, { [SCHEMAS]: schemas })
}

/** The schemas of a script; none when it was not made by {@link defineScript}. */
export function schemasOf(script: unknown): ScriptSchemas<unknown> {
  const schemas: unknown = typeof script === 'function' ? Reflect.get(script, SCHEMAS) : undefined
  return typeof schemas === 'object' && schemas !== null ? schemas : {}
}

/** Checks a job against the script's schema and returns it with the schema's defaults. */
export async function checkJob(script: unknown, job: unknown): Promise<unknown> {
  const { job: schema } = schemasOf(script)
  if (schema === undefined) return job
  const result = await schema['~standard'].validate(job)
  if (result.issues !== undefined) throw new JobInvalidError(result.issues)
  return result.value
}

function withCheckedItems<Job>(
  ctx: QuarryContext<Job>,
  items: Readonly<Record<string, StandardSchema>>
): QuarryContext<Job> {
  const item: typeof ctx.emit.item = (options) => {
    const schema = items[options.item_type]
    if (schema === undefined) return ctx.emit.item(options)
    const result = schema['~standard'].validate(options.data)
    // Waiting for a validation would let later calls pass this one.
    if (result instanceof Promise)
      return Promise.reject(
        new PayloadError(
          `items.${options.item_type}`,
          'is an asynchronous schema; only synchronous ones keep the order of emits.'
        )
      )
    if (result.issues === undefined) return ctx.emit.item({ ...options, data: result.value as Record<string, unknown> })
    const [first, ...more] = result.issues
    const path = first === undefined ? 'data' : issuePath('data', first)
    const others = more.length === 0 ? '' : ` (and ${more.length} more)`
    return Promise.reject(
      new PayloadError(path, `does not fit the schema of ${options.item_type}: ${first?.message}${others}`)
    )
  }
  return Object.freeze({ ...ctx, emit: Object.freeze({ ...ctx.emit, item }) })
}

function describeIssue(root: string, issue: SchemaIssue): string {
  return `${issuePath(root, issue)}: ${issue.message}`
}

function issuePath(root: string, { path = [] }: SchemaIssue): string {
  const keys = path.map((step) => (typeof step === 'object' ? step.key : step))
  return keys.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${String(key)}`),
    root
  )
}
