import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { endpointIn } from '../src/browser/endpoint-file.js'

describe('where a browser listens', () => {
  let profile: string
  const write = (text: string) => appendFileSync(join(profile, 'DevToolsActivePort'), text)

  beforeEach(() => {
    profile = mkdtempSync(join(tmpdir(), 'quarry-endpoint-'))
  })

  afterEach(() => rmSync(profile, { recursive: true }))

  it('is known at once when it has said so', async () => {
    write('4711\n/devtools/browser/x')
    expect(await endpointIn(profile, 60_000)).toBe('ws://127.0.0.1:4711/devtools/browser/x')
  })

  it('is waited for, as long as it is not said completely', async () => {
    write('4711')
    const endpoint = endpointIn(profile, 60_000)
    write('\n/devtools/browser/x')
    expect(await endpoint).toBe('ws://127.0.0.1:4711/devtools/browser/x')
  })

  it('is an error when it is never said', async () => {
    await expect(endpointIn(profile, 20)).rejects.toThrow('The browser did not say where it listens within 20 ms.')
  })
})
