import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import puppeteer from 'puppeteer-core'
import { describe, expect, it } from 'vitest'
import { EXECUTOR, Executor, runScript } from './harness/executor.js'

describe('--validate', () => {
  const validate = (script: string) => {
    const executor = Executor.start({ script, args: ['--validate'], stdin: '', sockets: true })
    executor.output.removeAllListeners('data')
    let text = ''
    executor.output.on('data', (bytes: Buffer) => {
      text += bytes.toString('utf8')
    })
    return { executor, report: async () => ({ code: await executor.end(), ...JSON.parse(text) }) }
  }

  it('prints shape, version and hooks without running the script', async () => {
    const script = `console.log('loaded')
      export const jobSchema = { type: 'object' }
      export const cleanup = () => {}
      export default async () => { throw new Error('ran') }`
    const { executor, report } = validate(script)
    await using _executor = executor
    expect(await report()).toEqual({
      ...{ code: 0, valid: true, hooks: ['cleanup'], job_schema: { type: 'object' } },
      ...{ path: join(executor.folder, 'script.ts'), sha256: expect.stringMatching(/^[0-9a-f]{64}$/) }
    })
    expect(executor.stderr).toContain('loaded')
  })

  it('prints what is wrong', async () => {
    const { executor, report } = validate('export default 7')
    await using _executor = executor
    expect(await report()).toMatchObject({ code: 1, valid: false, error_type: 'script_load_error' })
  })

  it('gives the same version to the same script in another folder', async () => {
    const script = `import { a } from './a'\nexport default async () => { console.log(a, import.meta.dirname) }`
    const files = { 'a.ts': 'export const a: string = import.meta.url' }
    await using one = await runScript({ script, files })
    await using two = await runScript({ script, files })
    expect(one.folder).not.toBe(two.folder)
    expect(one.frame('script_info')?.['sha256']).toBe(two.frame('script_info')?.['sha256'])
    expect(one.stderr).toContain(`file://${one.folder}/a.ts ${one.folder}`)
  })
})

describe('--check', () => {
  const check = (env: NodeJS.ProcessEnv) => {
    const { stdout, status } = spawnSync(process.execPath, [EXECUTOR, '--check'], {
      env: { ...process.env, ...env },
      encoding: 'utf8'
    })
    return { status, ...JSON.parse(stdout) }
  }

  it('says which browser a run would use, after it used it', () => {
    const installed = spawnSync('which', ['chromium-headless-shell'], { encoding: 'utf8' })
    expect(check({ PUPPETEER_EXECUTABLE_PATH: installed.stdout.trim() })).toEqual({
      status: 0,
      node: process.version,
      browser: {
        version: expect.stringMatching(/^(Headless)?Chrome\/\d+/),
        path: installed.status === 0 ? installed.stdout.trim() : expect.any(String),
        is_embedded: installed.status !== 0,
        is_sandboxed: process.getuid?.() !== 0
      }
    })
  })

  it('says why there is none', () => {
    const { status, browser } = check({ PUPPETEER_EXECUTABLE_PATH: '/nowhere/chromium' })
    expect(status).toBe(2)
    expect(browser.problem).toContain('/nowhere/chromium, which is no executable file')
  })
})

describe('loading', () => {
  it('takes CommonJS with hooks on its export, and require', async () => {
    const script = `const { sep } = require('node:path')
      module.exports = async ({ emit }) => { await emit.info(sep + require('./other.cjs') + __dirname) }
      module.exports.afterRun = ({ emit }) => emit.info('after')`
    await using run = await runScript({
      name: 'script.cjs',
      script,
      files: { 'other.cjs': "module.exports = 'other'" }
    })
    expect(run.code).toBe(0)
    expect(run.logs).toEqual([`/other${run.folder}`, 'after'])
  })

  it('takes JSON, tsconfig paths and packages from --resolve-from', async () => {
    const script = `import data from './data.json'
      import { twice } from '@lib/twice'
      import { encode } from '@msgpack/msgpack'
      export default ({ emit }) => emit.item({ item_type: 't', data: { n: twice(data.n), encode: typeof encode } })`
    const files = {
      'data.json': '{"n": 4}',
      'twice.ts': 'export const twice = (n: number) => 2 * n',
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./*"] } } }'
    }
    await using missing = await runScript({ script, files })
    expect(missing.code).toBe(1)
    expect(missing.outcome?.['message']).toContain('@msgpack/msgpack')
    const args = ['--resolve-from', join(EXECUTOR, '../../..')]
    await using run = await runScript({ script, files, args })
    expect(run.code).toBe(0)
    expect(run.items).toEqual([{ n: 8, encode: 'function' }])
  })

  it('keeps functions for the page free of helpers', async () => {
    const script = `export default async ({ page, emit }) => {
      const names = await page.evaluate(async () => {
        const inner = async (x: number) => { class A { #p = x; get() { return this.#p } } return new A().get() }
        return [await inner(1), inner.name]
      })
      await emit.item({ item_type: 't', data: { names } })
    }`
    await using run = await runScript({ script })
    expect(run.items).toEqual([{ names: [1, 'inner'] }])
  })
})

describe('a proxy', () => {
  it('gets all traffic, with its login, also from pages that the script opens', async () => {
    const seen: string[] = []
    const server = createServer((request, response) => {
      const login = request.headers['proxy-authorization']
      if (login === undefined) {
        response.writeHead(407, { 'proxy-authenticate': 'Basic realm="proxy"' }).end()
        return
      }
      seen.push(`${Buffer.from(login.split(' ')[1] ?? '', 'base64')} ${request.url}`)
      response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>through the proxy</h1>')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const script = `export default async ({ page, browserContext, emit }) => {
      const second = await browserContext.newPage()
      for (const [tab, url] of [[page, 'http://first.test/'], [second, 'http://127.0.0.1:45991/']]) {
        await tab.goto(url)
        await emit.item({ item_type: 't', data: { text: await tab.$eval('h1', (h) => h.textContent) } })
      }
    }`
    const proxy = { protocol: 'http', host: '127.0.0.1', port, username: 'user', password: 'secret-word' }
    await using run = await runScript({ script, request: { proxy } })
    server.close()
    expect(run.items).toEqual([{ text: 'through the proxy' }, { text: 'through the proxy' }])
    expect(seen).toContain('user:secret-word http://first.test/')
    expect(seen).toContain('user:secret-word http://127.0.0.1:45991/')
    expect(run.frame('run_result')?.['proxy_used']).toEqual({
      protocol: 'http',
      host: '127.0.0.1',
      port,
      failed_requests: 0
    })
    expect(run.stderr).not.toContain('secret-word')
  })

  it('that cannot be used fails the navigation instead of going around it', async () => {
    const script = `export default ({ page }) => page.goto('http://127.0.0.1:45992/')`
    const proxy = { protocol: 'http', host: '127.0.0.1', port: 45993 }
    await using run = await runScript({ script, request: { proxy } })
    expect(run.code).toBe(1)
    expect(run.outcome?.['message']).toContain('ERR_PROXY_CONNECTION_FAILED')
    expect(run.frame('run_result')?.['proxy_used']).toEqual({ ...proxy, failed_requests: 1 })
  })
})

describe('--features', () => {
  it('says that proxies are known', () => {
    const { status, stdout } = spawnSync(process.execPath, [EXECUTOR, '--features'], { encoding: 'utf8' })
    expect({ status, ...JSON.parse(stdout) }).toEqual({ status: 0, features: expect.arrayContaining(['proxy']) })
  })
})

describe('an external browser', () => {
  it('serves the run in a context of its own and stays', async () => {
    const host = `export default async ({ emit }) => {
      const { spawn } = await import('node:child_process')
      const profile = '--user-data-dir=' + process.env.QUARRY_PROFILE_ROOT + '/x'
      const child = spawn('chromium-headless-shell', ['--no-sandbox', '--remote-debugging-port=0', profile])
      const endpoint = await new Promise((resolve) => child.stderr.on('data', (text) => {
        const found = /ws:\\/\\/\\S+/.exec(String(text))
        if (found) resolve(found[0])
      }))
      await emit.info(endpoint)
      await new Promise(() => {})
    }`
    const installed = spawnSync('which', ['chromium-headless-shell']).status === 0
    if (!installed) return
    await using server = Executor.start({ script: host })
    await server.until(() => server.logs.length === 1)
    const script = `export default async ({ page, emit }) => {
      await page.setContent('<p>x</p>')
      await emit.info(await page.$eval('p', (p) => p.textContent))
    }`
    const request = { browser_ws_endpoint: server.logs[0] }
    await using one = await runScript({ script, request })
    await using two = await runScript({ script, request })
    expect([one.code, two.code]).toEqual([0, 0])
    expect(two.logs).toEqual(['x'])
    await (await puppeteer.connect({ browserWSEndpoint: String(server.logs[0]) })).close()
  })
})
