// @ts-check
// P15 (run per page): node eng/pinned-node.mjs tests/bench/pages/run.mjs
// Sixty pages, each in a child run of its own, against the same pages in one run, through a runner and a Lode writer, with 1
// and 4 in flight. Compares the time that the machine's processors were busy, so nothing else may run. Prints medians and
// spread, writes JSON. Needs a release build: dotnet build Quarry.sln -c Release.
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { save, summary } from '../emit/summary.mjs'
import { Services } from './services.mjs'

const PAGES = 60
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const LOOK_MS = 100

const VISIT = `const visit = async (page, emit, url) => {
  await page.goto(url)
  const rows = await page.$$eval('li', (all) => all.map((row) => row.textContent))
  await emit.item({ item_type: 'page', data: { url, rows } })
}
`
const LOOP = `${VISIT}export default async ({ page, emit, job }) => { for (const url of job.urls) await visit(page, emit, url) }\n`
const CHILD = `${VISIT}export default async ({ page, emit, job }) => visit(page, emit, job.url)\n`
const TREE = `export const prepare = async () => ({ action: 'continue' })
export default async ({ emit, job }) => { for (const url of job.urls) await emit.enqueue({ target: './child.mjs', params: { url } }) }\n`

const rows = Array.from({ length: 200 }, (_, row) => `<li>row ${row}</li>`).join('')
const site = createServer((request, response) => {
  response.setHeader('content-type', 'text/html')
  response.end(`<title>${request.url}</title><ul>${rows}</ul>`)
})
await new Promise((resolve) => site.listen(0, '127.0.0.1', () => resolve(undefined)))
const address = site.address()
const port = typeof address === 'object' ? address?.port : undefined
const urls = Array.from({ length: PAGES }, (_, page) => `http://127.0.0.1:${port}/page-${page}`)

/** Hundredths of a second that the processors were busy. */
function busy() {
  const [, user, nice, system] = readFileSync('/proc/stat', 'utf8').split(/\s+/).map(Number)
  return (user ?? 0) + (nice ?? 0) + (system ?? 0)
}

/** Milliseconds of processor time for each page. @param {Services} services @param {object} launch @param {number} runs */
async function measure(services, launch, runs) {
  const before = busy()
  const { run_id } = await services.launch({ source: 'bench', job: { urls }, ...launch })
  let tree = []
  do {
    await pause(LOOK_MS)
    tree = (await services.runs()).filter((run) => run.run_id === run_id || run.root_run_id === run_id)
  } while (tree.length < runs || tree.some((run) => run.state !== 'done'))
  const took = busy() - before
  const items = tree.reduce((sum, run) => sum + (run.counts?.item ?? 0), 0)
  const bad = tree.filter((run) => run.outcome !== 'success')
  if (items !== PAGES || bad.length > 0)
    throw new Error(`${items} of ${PAGES} pages, ${bad[0]?.message ?? 'all runs fine'}`)
  return (took * 10) / PAGES
}

/** @param {number} parallel */
async function compare(parallel) {
  const write = (/** @type {string} */ scripts) => {
    for (const [name, text] of Object.entries({ 'loop.mjs': LOOP, 'child.mjs': CHILD, 'tree.mjs': TREE }))
      writeFileSync(join(scripts, name), text)
  }
  const services = await Services.start(write, { Runner__Concurrency: String(parallel + 1) })
  const tree = { script: 'tree.mjs', fan_out: { depth: 1, max_runs: PAGES, parallel } }
  const ways = {
    ours: () => measure(services, tree, PAGES + 1),
    peer: () => measure(services, { script: 'loop.mjs' }, 1)
  }
  /** @type {{ ours: number[], peer: number[] }} */
  const samples = { ours: [], peer: [] }
  for (let round = 0; round < ROUNDS; round++)
    for (const name of /** @type {const} */ (['ours', 'peer', 'peer', 'ours'])) samples[name].push(await ways[name]())
  await services.stop()
  const [ours, peer] = [summary(samples.ours), summary(samples.peer)]
  const ratio = Number((ours.median / peer.median).toFixed(2))
  console.log(
    `P15/${parallel}: a run per page ${show(ours)}, one run ${show(peer)} of processor time a page: ${ratio}x (hold 2x)`
  )
  return { parallel, ours, peer, ratio }
}

/** @param {{ median: number, min: number, max: number }} figures */
const show = ({ median, min, max }) => `${median.toFixed(0)} ms (${min.toFixed(0)}..${max.toFixed(0)})`
const before = loadavg()
const cases = [await compare(1), await compare(4)]
save('P15-pages', { id: 'P15', unit: 'ms', cases, hold: 2, aim: 1.5, load: { before, after: loadavg() } })
site.close()
