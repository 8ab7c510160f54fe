import type {
  JobProxyRequest,
  ProxyEndpoint,
  ProxyPool,
  ProxyProtocol,
  ProxyStickyScope,
  ProxyStrategy
} from './types.js'

/** Something that makes a proxy definition unusable. */
export interface ProxyValidationError {
  readonly field: string
  readonly message: string
}

/** Something about a proxy definition that is worth knowing. */
export type ProxyValidationWarning = ProxyValidationError

/** Result of a validation; valid when there are no errors. */
export interface ProxyValidationResult {
  readonly valid: boolean
  readonly errors: readonly ProxyValidationError[]
  readonly warnings: readonly ProxyValidationWarning[]
}

const PROTOCOLS: readonly ProxyProtocol[] = ['http', 'https', 'socks5']
const STRATEGIES: readonly ProxyStrategy[] = ['round_robin', 'random', 'sticky']
const SCOPES: readonly ProxyStickyScope[] = ['job', 'domain', 'origin', 'key']
const ROUND_ROBIN_ENDPOINTS_USEFUL = 100
const RECENCY_WINDOW_MAX = 10_000
const STICKY_KEY_CHARS_MAX = 256
const POOL_NAME_CHARS_MAX = 100

class Findings {
  readonly errors: ProxyValidationError[] = []
  readonly warnings: ProxyValidationWarning[] = []

  oneOf(field: string, value: string, allowed: readonly string[]): void {
    if (!allowed.includes(value))
      this.error(field, `is ${JSON.stringify(value)}, expected one of ${allowed.join(', ')}.`)
  }

  error(field: string, message: string): void {
    this.errors.push({ field, message })
  }

  warning(field: string, message: string): void {
    this.warnings.push({ field, message })
  }

  result(): ProxyValidationResult {
    return { valid: this.errors.length === 0, errors: this.errors, warnings: this.warnings }
  }
}

/** Checks one proxy. */
export function validateProxyEndpoint(endpoint: ProxyEndpoint, prefix = ''): ProxyValidationResult {
  const findings = new Findings()
  checkEndpoint(findings, endpoint, prefix === '' ? '' : `${prefix}.`)
  return findings.result()
}

/** Checks a pool and each of its proxies. */
export function validateProxyPool(pool: ProxyPool): ProxyValidationResult {
  const findings = new Findings()
  if (typeof pool.name !== 'string' || pool.name === '') findings.error('name', 'has to be a text that is not empty.')
  findings.oneOf('strategy', pool.strategy, STRATEGIES)
  const endpoints = pool.endpoints ?? []
  if (endpoints.length === 0) findings.error('endpoints', 'needs at least one proxy.')
  for (const [index, endpoint] of endpoints.entries()) checkEndpoint(findings, endpoint, `endpoints[${index}].`)
  if (pool.strategy === 'round_robin' && endpoints.length > ROUND_ROBIN_ENDPOINTS_USEFUL)
    findings.warning('strategy', `round_robin over ${endpoints.length} proxies; random spreads load as well.`)
  checkRecency(findings, pool)
  checkSticky(findings, pool)
  return findings.result()
}

/** Checks what a job asks of the proxies; that the pool exists is for the runtime to say. */
export function validateJobProxyRequest({ pool, strategy, stickyKey }: JobProxyRequest): ProxyValidationResult {
  const findings = new Findings()
  checkLength(findings, 'pool', pool, POOL_NAME_CHARS_MAX)
  if (strategy !== undefined) findings.oneOf('strategy', strategy, STRATEGIES)
  if (stickyKey === undefined) return findings.result()
  checkLength(findings, 'stickyKey', stickyKey, STICKY_KEY_CHARS_MAX)
  if (strategy !== undefined && strategy !== 'sticky')
    findings.error('stickyKey', 'has a meaning with the strategy sticky only.')
  return findings.result()
}

/** A copy of the endpoint without its password. */
export function redactProxyEndpoint<T extends ProxyEndpoint>(endpoint: T): Omit<T, 'password'> {
  const { password: _password, ...shown } = endpoint
  return shown
}

function checkEndpoint(findings: Findings, endpoint: ProxyEndpoint, prefix: string): void {
  const { protocol, host, port, username, password } = endpoint
  findings.oneOf(`${prefix}protocol`, protocol, PROTOCOLS)
  if (typeof host !== 'string' || host === '') findings.error(`${prefix}host`, 'has to be a text that is not empty.')
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    findings.error(`${prefix}port`, `is ${port}, expected an integer from 1 to 65535.`)
  const hasUser = username !== undefined && username !== ''
  const hasPassword = password !== undefined && password !== ''
  if (hasUser !== hasPassword) findings.error(`${prefix}username/${prefix}password`, 'have to be given together.')
  if (protocol !== 'socks5') return
  findings.warning(`${prefix}protocol`, 'socks5 is best effort.')
  if (hasUser) findings.warning(`${prefix}username`, 'Chromium does not authenticate to socks5 proxies.')
}

function checkLength(findings: Findings, field: string, text: string, most: number): void {
  if (typeof text !== 'string' || text === '' || text.length > most)
    findings.error(field, `has to be a text of 1 to ${most} characters.`)
}

function checkRecency(findings: Findings, { strategy, recencyWindow, endpoints }: ProxyPool): void {
  if (recencyWindow === undefined) return
  if (!Number.isInteger(recencyWindow) || recencyWindow < 0 || recencyWindow > RECENCY_WINDOW_MAX)
    findings.error('recencyWindow', `is ${recencyWindow}, expected an integer from 0 to ${RECENCY_WINDOW_MAX}.`)
  if (strategy !== 'random') findings.warning('recencyWindow', 'has no effect unless the strategy is random.')
  else if (recencyWindow >= (endpoints ?? []).length)
    findings.warning('recencyWindow', 'covers the whole pool: the endpoint that was taken longest ago comes next.')
}

function checkSticky(findings: Findings, pool: ProxyPool): void {
  const { sticky } = pool
  if (sticky === undefined) return
  if (pool.strategy !== 'sticky') findings.warning('sticky', 'has no effect unless the strategy is sticky.')
  findings.oneOf('sticky.scope', sticky.scope, SCOPES)
  if (sticky.ttlMs !== undefined && !(typeof sticky.ttlMs === 'number' && sticky.ttlMs > 0))
    findings.error('sticky.ttlMs', `is ${sticky.ttlMs}, expected a positive number of milliseconds.`)
}
