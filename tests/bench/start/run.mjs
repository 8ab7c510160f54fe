// @ts-check
// P11 (start): node eng/pinned-node.mjs tests/bench/start/run.mjs
// From the request to the script's first event, in an executor that is ready and is lent a context of a running browser with
// a page that was opened ahead, as the runner does, and in a cold executor, against puppeteer.launch and a first page; side
// by side, in the order A B C C B A. Prints medians and spread, writes JSON.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from '@msgpack/msgpack'
import puppeteerCore from 'puppeteer-core'
import { save, summary } from '../emit/summary.mjs'

const EXECUTOR = fileURLToPath(new URL('../../../executor-node/dist/executor.mjs', import.meta.url))
const executablePath =
  process.env.PUPPETEER_EXECUTABLE_PATH ??
  execFileSync('which', ['chromium-headless-shell'], { encoding: 'utf8' }).trim()
const args = process.getuid?.() === 0 ? ['--no-sandbox'] : []
const ROUNDS = Number(process.env.ROUNDS ?? 10)
const folder = mkdtempSync(join(tmpdir(), 'quarry-bench-start-'))
const script = join(folder, 'script.mjs')
writeFileSync(script, "export default ({ emit }) => emit.info('up')\n")

/** Resolves when the executor has written `text` to stdout; what it wrote before is looked at once. */
async function until(/** @type {import('node:child_process').ChildProcess} */ child, /** @type {string} */ text) {
  for await (const bytes of child.stdout?.iterator({ destroyOnReturn: false }) ?? []) if (bytes.includes(text)) return
  throw new Error(`The executor ended before it wrote '${text}'.`)
}

/** @param {string[]} args */
function start(args) {
  return spawn(process.execPath, [EXECUTOR, ...args], { stdio: ['pipe', 'pipe', 'inherit'] })
}

const lender = start(['--browser'])
const [lent] = await once(/** @type {import('node:stream').Readable} */ (lender.stdout), 'data')
const { endpoint } = JSON.parse(String(lent))
const devTools = new WebSocket(endpoint)
await once(devTools, 'open')

/** @param {string} method @param {object} params */
async function call(method, params) {
  devTools.send(JSON.stringify({ id: 1, method, params }))
  const [{ data }] = await once(devTools, 'message')
  return JSON.parse(data).result
}

/** A context with a page, as the runner's pool has one ready. */
async function openAhead() {
  const { browserContextId } = await call('Target.createBrowserContext', {})
  await call('Target.createTarget', { url: 'about:blank', browserContextId })
  return browserContextId
}

/** @param {object} frame */
function framed(frame) {
  const payload = Buffer.from(encode(frame))
  const bytes = Buffer.alloc(4 + payload.length)
  bytes.writeUInt32BE(payload.length)
  payload.copy(bytes, 4)
  return bytes
}

async function warm() {
  const contextId = await openAhead()
  const child = start(['--serve'])
  await until(child, 'executor_ready')
  const request = { run_id: 'bench', attempt: 1, job: null, script_path: script, browser_on_request: true }
  const took = await timed(child, async () => {
    child.stdin.write(`${JSON.stringify(request)}\n`)
    await until(child, 'browser_request')
    child.stdin.write(framed({ type: 'browser', endpoint, context_id: contextId }))
  })
  await call('Target.disposeBrowserContext', { browserContextId: contextId })
  return took
}

async function cold() {
  const began = performance.now()
  const child = start([script])
  return timed(child, () => child.stdin.write(`${JSON.stringify({ run_id: 'bench', attempt: 1, job: null })}\n`), began)
}

/** @param {import('node:child_process').ChildProcess} child */
async function timed(child, /** @type {() => unknown} */ ask, began = performance.now()) {
  await ask()
  await until(child, 'level')
  const took = performance.now() - began
  child.stdout?.resume()
  await once(child, 'exit')
  return took
}

/** What a script of one's own does first. */
async function puppeteer() {
  const began = performance.now()
  const browser = await puppeteerCore.launch({ executablePath, headless: 'shell', pipe: true, args })
  await browser.newPage()
  const took = performance.now() - began
  await browser.close()
  return took
}

const ways = { warm, cold, puppeteer }
/** @type {Record<keyof typeof ways, number[]>} */
const samples = { warm: [], cold: [], puppeteer: [] }
const before = loadavg()
for (let round = 0; round < ROUNDS; round++)
  for (const name of /** @type {const} */ (['warm', 'cold', 'puppeteer', 'puppeteer', 'cold', 'warm']))
    samples[name].push(await ways[name]())
rmSync(folder, { recursive: true })
devTools.close()
lender.stdin.end()

const [ours, ourCold, peer] = [summary(samples.warm), summary(samples.cold), summary(samples.puppeteer)]
const ratio = Number((ours.median / peer.median).toFixed(2))
const ratioOfCold = Number((ours.median / ourCold.median).toFixed(2))
const load = { before, after: loadavg() }
save('P11-start', { id: 'P11', unit: 'ms', ours, cold: ourCold, peer, ratio, ratioOfCold, hold: 0.3, aim: 0.15, load })
const show = (/** @type {{ median: number, min: number, max: number }} */ { median, min, max }) =>
  `${median.toFixed(0)} ms (${min.toFixed(0)}..${max.toFixed(0)})`
console.log(`P11 start: warm ${show(ours)}, cold ${show(ourCold)}, puppeteer.launch and a page ${show(peer)}`)
console.log(`ratio to puppeteer ${ratio}x (hold 0.3x, aim 0.15x), to a cold executor ${ratioOfCold}x (hold 0.33x)`)
