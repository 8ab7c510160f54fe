import { describe, expect, it } from 'vitest'
import { runScript } from './harness/executor.js'

const SCRIPT = 'export default async () => {}'
const line = (request: Record<string, unknown>) => `${JSON.stringify(request)}\n`
const good = { run_id: 'r', attempt: 1, job: null }

describe('a malformed run request ends with exit code 3 and says what is wrong', () => {
  const malformed: [what: string, stdin: string, message: RegExp][] = [
    ['an empty line', '\n', /on stdin is empty/],
    ['no JSON', 'run_id=1\n', /is no JSON/],
    ['an array', '[]\n', /has to be a JSON object/],
    ['null', 'null\n', /has to be a JSON object/],
    ['no run_id', line({ attempt: 1, job: null }), /^run_id is missing/],
    ['a run_id that is a number', line({ ...good, run_id: 7 }), /^run_id has to be a text/],
    ['no attempt', line({ run_id: 'r', job: null }), /^attempt is missing/],
    ['attempt 0', line({ ...good, attempt: 0 }), /^attempt has to be an integer of at least 1/],
    ['attempt 1.5', line({ ...good, attempt: 1.5 }), /^attempt has to be an integer/],
    ['a first attempt with a parent', line({ ...good, parent_run_id: 'p' }), /^parent_run_id is given/],
    ['a retry without a parent', line({ ...good, attempt: 2 }), /^parent_run_id is missing: attempt 2/],
    ['no job', line({ run_id: 'r', attempt: 1 }), /^job is missing/],
    ['a job_id that is a number', line({ ...good, job_id: 1 }), /^job_id has to be a text/],
    ['a proxy that is a text', line({ ...good, proxy: 'http://p' }), /^proxy has to be a JSON object/],
    [
      'an unknown proxy protocol',
      line({ ...good, proxy: { protocol: 'ftp', host: 'p', port: 1 } }),
      /^proxy\.protocol/
    ],
    ['a proxy port out of range', line({ ...good, proxy: { protocol: 'http', host: 'p', port: 0 } }), /^proxy\.port/],
    [
      'half a proxy login',
      line({ ...good, proxy: { protocol: 'http', host: 'p', port: 1, username: 'u' } }),
      /together/
    ],
    ['a browser endpoint that is no address', line({ ...good, browser_ws_endpoint: 'x' }), /^browser_ws_endpoint/],
    ['a storage day that is no day', line({ ...good, storage: { day: 'today' } }), /^storage\.day/],
    ['a resume point without a seq', line({ ...good, resume: { checkpoint_id: 'c' } }), /^resume\.seq is missing/]
  ]
  it.each(malformed)('%s', async (_what, stdin, message) => {
    await using run = await runScript({ script: SCRIPT, stdin })
    expect(run.code).toBe(3)
    expect(run.outcome).toMatchObject({ status: 'crash', error_type: 'invalid_input' })
    expect(run.outcome?.['message']).toMatch(message)
    expect(run.events).toEqual([])
  })

  it('an unknown option on the command line', async () => {
    await using run = await runScript({ script: SCRIPT, args: ['--fast'] })
    expect(run.code).toBe(3)
    expect(run.stderr).toMatch(/--fast.*Usage: executor\.mjs/)
  })
})

describe('a missing browser', () => {
  it('ends the run as a crash that names the path', async () => {
    await using run = await runScript({ script: SCRIPT, env: { PUPPETEER_EXECUTABLE_PATH: '/nowhere/chromium' } })
    expect(run.code).toBe(2)
    expect(run.outcome).toMatchObject({ status: 'crash', error_type: 'browser_unavailable' })
    expect(run.outcome?.['message']).toMatch(/PUPPETEER_EXECUTABLE_PATH names \/nowhere\/chromium/)
  })

  it('ends the run as a crash that repeats what the browser wrote', async () => {
    await using run = await runScript({ script: SCRIPT, env: { PUPPETEER_EXECUTABLE_PATH: '/bin/false' } })
    expect(run.code).toBe(2)
    expect(run.outcome?.['message']).toMatch(/The browser \/bin\/false ended before it was ready \(exit code 1\)/)
  })

  it('ends the run as a crash when the endpoint does not answer, without showing its login', async () => {
    const request = { browser_ws_endpoint: 'ws://user:secret@127.0.0.1:9/devtools' }
    await using run = await runScript({ script: SCRIPT, request })
    expect(run.code).toBe(2)
    expect(run.outcome?.['message']).toMatch(/The browser at ws:\/\/127\.0\.0\.1:9 cannot be reached/)
    expect(run.stderr).not.toContain('secret')
  })
})
