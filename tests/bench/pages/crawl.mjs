// @ts-check
// P10 (crawl): node eng/pinned-node.mjs tests/bench/pages/crawl.mjs
// Three hundred pages through a browser, four at a time: an index run that enqueues runs of 20 pages, against Crawlee and
// against a bare Puppeteer loop. Pages per second with everything that each has to start but our services, which run
// already, and the highest memory, services included. Installs the peers into a folder of its own (npm, no scripts).
// Needs a release build: dotnet build Quarry.sln -c Release.
import { execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { save, summary } from '../emit/summary.mjs'
import { watchMemory } from './processes.mjs'
import { Services } from './services.mjs'
import { startSite } from './site.mjs'

const PAGES = 300
const PAGES_OF_A_RUN = 20
const ROUNDS = Number(process.env.ROUNDS ?? 3)
const SCRIPTS = {
  'index.mjs': `export default async ({ page, emit, job }) => {
      await page.goto(job.url)
      const urls = [...new Set(await page.$$eval('a', (all) => all.map((link) => link.href)))]
      for (let at = 0; at < urls.length; at += ${PAGES_OF_A_RUN})
        await emit.enqueue({ target: './pages.mjs', params: { urls: urls.slice(at, at + ${PAGES_OF_A_RUN}) } })
    }`,
  'pages.mjs': `export default async ({ page, emit, job }) => {
      for (const url of job.urls) {
        await page.goto(url)
        const rows = await page.$$eval('li', (all) => all.map((row) => row.textContent))
        await emit.item({ item_type: 'page', data: { url, rows } })
      }
    }`
}
const executable =
  process.env.PUPPETEER_EXECUTABLE_PATH ??
  execFileSync('which', ['chromium-headless-shell'], { encoding: 'utf8' }).trim()
const peers = mkdtempSync(join(tmpdir(), 'quarry-bench-peers-'))
cpSync(fileURLToPath(new URL('./peers', import.meta.url)), peers, { recursive: true })
execFileSync('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--silent'], { cwd: peers })
const site = await startSite(PAGES)
const services = await Services.start(SCRIPTS, { Runner__Concurrency: '4' })

async function ours() {
  const stop = watchMemory(services.pids)
  const began = performance.now()
  const children = Math.ceil(PAGES / PAGES_OF_A_RUN)
  const launch = {
    script: 'index.mjs',
    source: 'bench',
    job: { url: site.url },
    policy: { name: 'streaming', flush_count: 100, flush_interval_ms: 500 }
  }
  const tree = await services.runTree({ ...launch, fan_out: { depth: 1, max_runs: PAGES } }, children + 1)
  const seconds = (performance.now() - began) / 1000
  return checked(
    tree.reduce((sum, run) => sum + (run.counts?.item ?? 0), 0),
    seconds,
    stop()
  )
}

/** @param {string} program */
async function peer(program) {
  const began = performance.now()
  const env = {
    ...process.env,
    PUPPETEER_EXECUTABLE_PATH: executable,
    CRAWLEE_PURGE_ON_START: '1',
    CRAWLEE_LOG_LEVEL: 'ERROR'
  }
  const child = spawn(process.execPath, [program, `${site.url}/`], {
    cwd: peers,
    env,
    stdio: ['ignore', 'pipe', 'inherit']
  })
  const stop = watchMemory([Number(child.pid)])
  let text = ''
  for await (const bytes of child.stdout) text += bytes
  const seconds = (performance.now() - began) / 1000
  return checked(JSON.parse(text.trim().split('\n').at(-1) ?? '{}').pages, seconds, stop())
}

/** @param {number} pages @param {number} seconds @param {number} memoryMb */
function checked(pages, seconds, memoryMb) {
  if (pages !== PAGES) throw new Error(`${pages} of ${PAGES} pages were kept.`)
  return { perSecond: PAGES / seconds, memoryMb }
}

const ways = { ours, crawlee: () => peer('crawlee.mjs'), bare: () => peer('bare.mjs') }
/** @type {Record<keyof typeof ways, { perSecond: number, memoryMb: number }[]>} */
const samples = { ours: [], crawlee: [], bare: [] }
const before = loadavg()
for (let round = 0; round < ROUNDS; round++)
  for (const name of /** @type {const} */ (['ours', 'crawlee', 'bare', 'bare', 'crawlee', 'ours']))
    samples[name].push(await ways[name]())
await services.stop()
site.close()
rmSync(peers, { recursive: true })

const figures = Object.fromEntries(
  Object.entries(samples).map(([name, all]) => [
    name,
    { perSecond: summary(all.map((one) => one.perSecond)), memoryMb: summary(all.map((one) => one.memoryMb)) }
  ])
)
const ratio = (/** @type {string} */ name, /** @type {'perSecond' | 'memoryMb'} */ what) =>
  Number(((figures['ours']?.[what].median ?? 0) / (figures[name]?.[what].median ?? 1)).toFixed(2))
const ratios = {
  crawlee: ratio('crawlee', 'perSecond'),
  bare: ratio('bare', 'perSecond'),
  memoryOfCrawlee: ratio('crawlee', 'memoryMb')
}
save('P10-crawl', { id: 'P10', figures, ratios, hold: [1, 0.95, 0.8], load: { before, after: loadavg() } })
for (const [name, { perSecond, memoryMb }] of Object.entries(figures))
  console.log(`P10 ${name}: ${perSecond.median.toFixed(1)} pages/s, ${memoryMb.median.toFixed(0)} MiB at most`)
console.log(`P10 crawl: ${ratios.crawlee}x of Crawlee (hold 1x), ${ratios.bare}x of the bare loop (hold 0.95x)`)
console.log(`P10 memory: ${ratios.memoryOfCrawlee}x of Crawlee's (hold 0.8x)`)
