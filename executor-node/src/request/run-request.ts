import {
  type JobId,
  type ProxyEndpoint,
  type ResumePoint,
  type RunId,
  type RunMeta,
  type StoragePartitionMeta,
  validateProxyEndpoint
} from '@quarry/sdk'
import { parseTraceparent } from '../run/trace-context.js'
import { type ScriptPlace, scriptPlace } from './arguments.js'
import { Fields } from './fields.js'
import { InvalidInputError } from './invalid-input.js'

/** What the runtime asks for: the first line on stdin (CONTRACT_IPC, run request). */
export interface RunRequest {
  readonly run: RunMeta
  readonly job: unknown
  readonly proxy?: ProxyEndpoint
  /** Longest navigation of a page, in milliseconds; the browser library's own limit when absent. */
  readonly navigationMs?: number
  readonly browserEndpoint?: string
  /** Whether the runtime lends a browser when it is asked for one. */
  readonly browserOnRequest: boolean
  /** Whether the runtime may send another request after this run. */
  readonly servesNext: boolean
  /** What is in force for turns at hosts; absent from a runtime that does not give any. */
  readonly politeness?: { readonly robots: boolean; readonly userAgent: string }
  readonly storage?: StoragePartitionMeta
  readonly resume?: ResumePoint
}

/** Reads the run request. Throws {@link InvalidInputError} with the name of the bad field. */
export function parseRunRequest(line: string): RunRequest {
  const fields = Fields.of('the run request', parseJson(line))
  const run = parseRun(fields)
  if (!fields.has('job')) throw new InvalidInputError('job', 'is missing from the run request; send null for no job.')
  const browserEndpoint = fields.optionalText('browser_ws_endpoint')
  if (browserEndpoint !== undefined) checkEndpoint(browserEndpoint)
  return {
    run,
    job: fields.get('job'),
    browserEndpoint,
    browserOnRequest: fields.get('browser_on_request') === true,
    servesNext: fields.get('serves_next') === true,
    proxy: fields.optionalObject('proxy', parseProxy),
    politeness: fields.optionalObject('politeness', parsePoliteness),
    storage: fields.optionalObject('storage', parseStorage),
    resume: fields.optionalObject('resume', parseResume),
    navigationMs: fields.optionalObject('limits', parseNavigationMs)
  }
}

/** The script that the request names: needed by an executor that was started without one. */
export function parseScriptPlace(line: string): ScriptPlace {
  const fields = Fields.of('the run request', parseJson(line))
  return scriptPlace(fields.text('script_path'), fields.optionalText('resolve_from'))
}

function parseJson(line: string): unknown {
  if (line.trim() === '')
    throw new InvalidInputError('The run request', 'on stdin is empty; expected one line of JSON.')
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new InvalidInputError('The run request', `on stdin is no JSON: ${(error as Error).message}`)
  }
}

function parseRun(fields: Fields): RunMeta {
  const run_id = fields.text('run_id') as RunId
  const attempt = fields.integer('attempt', 1)
  const job_id = fields.optionalText('job_id') as JobId | undefined
  const parent_run_id = fields.optionalText('parent_run_id') as RunId | undefined
  if (attempt === 1 && parent_run_id !== undefined)
    throw new InvalidInputError('parent_run_id', 'is given, but attempt 1 retries no run.')
  if (attempt > 1 && parent_run_id === undefined)
    throw new InvalidInputError('parent_run_id', `is missing: attempt ${attempt} has to name the run it retries.`)
  const traceparent = parseTraceparent(fields.get('traceparent'))
  const optional = { ...(job_id && { job_id }), ...(parent_run_id && { parent_run_id }) }
  return { run_id, attempt, ...optional, ...(traceparent && { traceparent }) }
}

function checkEndpoint(endpoint: string): void {
  if (!/^(ws|wss):$/.test(URL.parse(endpoint)?.protocol ?? ''))
    throw new InvalidInputError('browser_ws_endpoint', 'has to be a ws: or wss: address.')
}

/** 0, as no field, leaves the limit as it is. */
function parseNavigationMs(fields: Fields): number | undefined {
  return (fields.has('navigation_ms') && fields.integer('navigation_ms', 0)) || undefined
}

function parseProxy(fields: Fields): ProxyEndpoint {
  const proxy = fields.value as unknown as ProxyEndpoint
  const { errors } = validateProxyEndpoint(proxy, 'proxy')
  const [first] = errors
  if (first !== undefined) throw new InvalidInputError(first.field, first.message)
  const { protocol, host, port } = proxy
  const { username, password } = proxy
  return { protocol, host, port, ...(username && { username }), ...(password && { password }) }
}

function parsePoliteness(fields: Fields): { robots: boolean; userAgent: string } {
  return { robots: fields.get('robots') === true, userAgent: fields.text('user_agent') }
}

function parseStorage(fields: Fields): StoragePartitionMeta {
  const day = fields.text('day')
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) throw new InvalidInputError('storage.day', 'has to be a day like 2026-01-31.')
  const [dataset, source] = [fields.text('dataset'), fields.text('source')]
  return { dataset, source, category: fields.text('category'), day, run_id: fields.text('run_id') }
}

function parseResume(fields: Fields): ResumePoint {
  const checkpoint_id = fields.text('checkpoint_id') as ResumePoint['checkpoint_id']
  return { checkpoint_id, state: fields.get('state') ?? null, seq: fields.integer('seq', 1) }
}
