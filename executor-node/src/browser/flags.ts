/** Flags for every browser that is started here, besides Puppeteer's own defaults. */
const ALWAYS = [
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--mute-audio',
  '--no-startup-window',
  '--remote-debugging-pipe'
]

/** What decides about flags besides the constants. */
export interface FlagChoices {
  readonly unsandboxed: boolean
  readonly proxyServer?: string
  /** Whether others connect to it: on a loopback port that the system chooses, besides the pipe. */
  readonly isShared?: boolean
}

/** The sandbox stays on unless it cannot work (root) or was switched off by name (`QUARRY_NO_SANDBOX=1`). */
export function runsUnsandboxed(env: NodeJS.ProcessEnv): boolean {
  return process.getuid?.() === 0 || env['QUARRY_NO_SANDBOX'] === '1'
}

/** The flags of one browser. */
export function browserFlags({ unsandboxed, proxyServer, isShared }: FlagChoices): string[] {
  return [
    ...ALWAYS,
    ...(isShared ? ['--remote-debugging-port=0'] : []),
    ...(unsandboxed ? ['--no-sandbox'] : []),
    // The second flag: without it, Chromium goes to loopback addresses directly.
    ...(proxyServer === undefined ? [] : [`--proxy-server=${proxyServer}`, '--proxy-bypass-list=<-loopback>'])
  ]
}
