// Adds the counters of TRX files and vitest's JSON up and prints "N passed, N failed" as the last line.
// A report that is missing, says Failed with green counters, or belongs to a runner with another exit code is a failure.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, ...expected] = process.argv.slice(2)
let passed = 0
let failed = 0
let skipped = 0

const fail = (what) => {
  failed++
  console.log(`FAILURE ${what}`)
}

const readTrx = (name, text) => {
  const counters = /<Counters ([^>]*)\/?>/.exec(text)?.[1]
  if (!counters) return fail(`${name}: no counters in its report`)
  const number = (key) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(counters)?.[1] ?? 0)
  const bad = number('failed') + number('error') + number('timeout') + number('aborted')
  passed += number('passed')
  failed += bad
  skipped += number('total') - number('executed')
  const outcome = /<ResultSummary outcome="([^"]+)"/.exec(text)?.[1]
  if (bad === 0 && outcome === 'Failed') fail(`${name}: the run is Failed although no test is: its host crashed`)
  if (number('total') === 0) fail(`${name}: ran no test`)
}

const readVitest = (name, text) => {
  const report = JSON.parse(text)
  passed += report.numPassedTests
  failed += report.numFailedTests
  skipped += report.numPendingTests
  if (!report.success && report.numFailedTests === 0) fail(`${name}: the run failed although no test did`)
  if (report.numTotalTests === 0) fail(`${name}: ran no test`)
}

for (const name of expected) {
  const path = join(folder, name)
  const before = failed
  if (!existsSync(path)) fail(`${name}: the suite left no report`)
  else (name.endsWith('.trx') ? readTrx : readVitest)(name, readFileSync(path, 'utf8'))
  const exit = readFileSync(path.replace(/\.(trx|json)$/, '.exit'), 'utf8').trim()
  if (exit !== '0' && failed === before) fail(`${name}: its runner exited with ${exit}`)
}
if (skipped > 0) console.log(`${skipped} skipped`)
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1
