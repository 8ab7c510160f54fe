// @ts-check
// Short runs: node eng/pinned-node.mjs tests/bench/pages/short.mjs
// What a runner does with many short runs, four at a time: 200 that open a page, and 1,000 that wait in the queue and skip.
// Prints runs per second, the memory of runner, executors and browsers early and late, the longest time in which no run
// ended, and what an idle runner takes; writes JSON. No peer: laws, not ratios.
import { loadavg } from 'node:os'
import { setTimeout as pause } from 'node:timers/promises'
import { save } from '../emit/summary.mjs'
import { memoryMb } from './processes.mjs'
import { Services } from './services.mjs'

const LOOK_MS = 200
const SCRIPTS = {
  'page.mjs': `export default async ({ page, emit }) => {
      await page.goto('data:text/html,<title>short</title>')
      await emit.item({ item_type: 'page', data: { title: await page.title() } })
    }`,
  'skip.mjs': `export const prepare = () => ({ action: 'skip', reason: 'a bench' })
    export default () => {}`
}
const services = await Services.start(SCRIPTS, { Runner__Concurrency: '4' })
const [lode, runner] = services.pids
await pause(5_000)
const idle = { runner: memoryMb([runner ?? 0]), lode: memoryMb([lode ?? 0]) }

/** @param {string} script @param {number} count */
async function drain(script, count) {
  const began = performance.now()
  for (let run = 0; run < count; run++) await services.launch({ script, source: script })
  const launched = performance.now()
  let [ended, at, stallMs] = [0, launched, 0]
  const memory = []
  while (ended < count) {
    await pause(LOOK_MS)
    const runs = await services.runs(`&source=${script}&state=done`)
    const bad = runs.find((run) => run.outcome !== 'success')
    if (bad !== undefined) throw new Error(`Run ${bad.run_id} ended as ${bad.outcome}: ${bad.message}`)
    if (runs.length > ended) at = performance.now()
    stallMs = Math.max(stallMs, performance.now() - at)
    ended = runs.length
    memory.push(memoryMb([runner ?? 0]))
  }
  const seconds = (performance.now() - began) / 1000
  const early = Math.max(...memory.slice(0, Math.ceil(memory.length / 4)))
  const late = Math.max(...memory.slice(-Math.ceil(memory.length / 4)))
  return { count, perSecond: count / seconds, launchSeconds: (launched - began) / 1000, stallMs, early, late }
}

const before = loadavg()
const cases = { page: await drain('page.mjs', 200), skip: await drain('skip.mjs', 1_000) }
await services.stop()
save('short-runs', { id: 'short', idle, cases, load: { before, after: loadavg() } })
console.log(`idle: runner with a ready executor ${idle.runner.toFixed(0)} MiB, Lode writer ${idle.lode.toFixed(0)} MiB`)
for (const [name, { count, perSecond, stallMs, early, late }] of Object.entries(cases))
  console.log(
    `${count} runs (${name}): ${perSecond.toFixed(1)} runs/s, no run ended for ${stallMs.toFixed(0)} ms at most, ` +
      `memory ${early.toFixed(0)} MiB early, ${late.toFixed(0)} MiB late`
  )
