/** How a proxy is spoken to. `socks5` has no authentication in Chromium. */
export type ProxyProtocol = 'http' | 'https' | 'socks5'

/** How a pool picks an endpoint. */
export type ProxyStrategy = 'round_robin' | 'random' | 'sticky'

/** One proxy. */
export interface ProxyEndpoint {
  readonly protocol: ProxyProtocol
  readonly host: string
  /** 1 to 65535. */
  readonly port: number
  /** Only together with `password`. */
  readonly username?: string
  readonly password?: string
}

/** A proxy as it may be shown: without its password. */
export type ProxyEndpointRedacted = Omit<ProxyEndpoint, 'password'>

/** What a sticky assignment is keyed by. */
export type ProxyStickyScope = 'job' | 'domain' | 'origin' | 'key'

/** Options of the `sticky` strategy. */
export interface ProxySticky {
  readonly scope: ProxyStickyScope
  /** Milliseconds after which an assignment is forgotten. */
  readonly ttlMs?: number
}

/** A named set of proxies. */
export interface ProxyPool {
  readonly name: string
  readonly strategy: ProxyStrategy
  /** At least one. */
  readonly endpoints: readonly ProxyEndpoint[]
  readonly sticky?: ProxySticky
  /** How many of the last picks the `random` strategy avoids while others are there; 0 to 10,000. */
  readonly recencyWindow?: number
}

/** What a job asks of the proxies. */
export interface JobProxyRequest {
  /** Name of the pool. */
  readonly pool: string
  readonly strategy?: ProxyStrategy
  /** Key of a `sticky` endpoint; 1 to 256 characters. */
  readonly stickyKey?: string
}
