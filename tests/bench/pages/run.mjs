// @ts-check
// P15 (run per page): node eng/pinned-node.mjs tests/bench/pages/run.mjs
// Sixty pages, each in a child run of its own, against the same pages in one run, through a runner and a Lode writer, with 1
// and 4 in flight. Compares the time that the machine's processors were busy, so nothing else may run. Prints medians and
// spread, writes JSON. Needs a release build: dotnet build Quarry.sln -c Release.
import { loadavg } from 'node:os'
import { save, summary } from '../emit/summary.mjs'
import { busyMs } from './processes.mjs'
import { Services } from './services.mjs'
import { startSite } from './site.mjs'

const PAGES = 60
const ROUNDS = Number(process.env.ROUNDS ?? 5)

const VISIT = `const visit = async (page, emit, url) => {
  await page.goto(url)
  const rows = await page.$$eval('li', (all) => all.map((row) => row.textContent))
  await emit.item({ item_type: 'page', data: { url, rows } })
}
`
const SCRIPTS = {
  'loop.mjs': `${VISIT}
    export default async ({ page, emit, job }) => { for (const url of job.urls) await visit(page, emit, url) }`,
  'child.mjs': `${VISIT}
    export default async ({ page, emit, job }) => visit(page, emit, job.url)`,
  'tree.mjs': `export default async ({ emit, job }) => {
      for (const url of job.urls) await emit.enqueue({ target: './child.mjs', params: { url } })
    }`
}
const site = await startSite(PAGES)

/** Milliseconds of processor time for each page. @param {Services} services @param {object} launch @param {number} runs */
async function measure(services, launch, runs) {
  const before = busyMs()
  const tree = await services.runTree({ source: 'bench', job: { urls: site.urls }, ...launch }, runs)
  const took = busyMs() - before
  const items = tree.reduce((sum, run) => sum + (run.counts?.item ?? 0), 0)
  if (items !== PAGES) throw new Error(`${items} of ${PAGES} pages were stored.`)
  return took / PAGES
}

/** @param {number} parallel */
async function compare(parallel) {
  const services = await Services.start(SCRIPTS, { Runner__Concurrency: String(parallel + 1) })
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
  const each = `a run per page ${show(ours)}, one run ${show(peer)} of processor time a page`
  console.log(`P15/${parallel}: ${each}: ${ratio}x (hold 2x, aim 1.5x)`)
  return { parallel, ours, peer, ratio }
}

/** @param {{ median: number, min: number, max: number }} figures */
const show = ({ median, min, max }) => `${median.toFixed(0)} ms (${min.toFixed(0)}..${max.toFixed(0)})`
const before = loadavg()
const cases = [await compare(1), await compare(4)]
save('P15-pages', { id: 'P15', unit: 'ms', cases, hold: 2, aim: 1.5, load: { before, after: loadavg() } })
site.close()
