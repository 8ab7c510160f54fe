import { watch } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { withCap } from '@quarry/sdk/internal'
import { BrowserUnavailableError } from './browser-error.js'

/**
 * The address at which a browser listens, which it writes into its profile; that may be after it answered on its pipe.
 * Rejects with {@link BrowserUnavailableError} when it has not after `capMs` milliseconds.
 */
export async function endpointIn(profile: string, capMs: number): Promise<string> {
  const found = Promise.withResolvers<string>()
  const look = () => read(profile).then((endpoint) => endpoint && found.resolve(endpoint), found.reject)
  const watcher = watch(profile, look)
  try {
    await look()
    const late = () => new BrowserUnavailableError(`The browser did not say where it listens within ${capMs} ms.`)
    return await withCap(found.promise, capMs, late)
  } finally {
    watcher.close()
  }
}

async function read(profile: string): Promise<string | undefined> {
  try {
    const [port, path] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n')
    return port && path ? `ws://127.0.0.1:${port}${path}` : undefined
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
