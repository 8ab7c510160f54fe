// Adds the counters of test reports up and prints "N passed, N failed" as the last line.
//   node eng/add-results.mjs FOLDER REPORT...     REPORT: NAME.trx or NAME.json (vitest); NAME.exit holds the exit code
// A report that is missing, cannot be read, holds no test, says Failed with green counters (its host crashed), or belongs
// to a runner with a bad exit code is one failure more.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

const [folder, ...reports] = process.argv.slice(2)

const readTrx = (text) => {
  const counters = /<Counters ([^>]*)>/.exec(text)?.[1]
  if (counters === undefined) throw new Error('it has no counters')
  const number = (key) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(counters)?.[1] ?? 0)
  return {
    passed: number('passed'),
    failed: number('failed') + number('error') + number('timeout') + number('aborted'),
    total: number('total'),
    bad: !/<ResultSummary[^>]* outcome="Completed"/.test(text)
  }
}

const readVitest = (text) => {
  const { numPassedTests, numFailedTests, numTotalTests, success } = JSON.parse(text)
  return { passed: numPassedTests, failed: numFailedTests, total: numTotalTests, bad: !success }
}

const read = (report) => {
  const text = readFileSync(join(folder, report), 'utf8')
  const exit = readFileSync(join(folder, report.replace(/\.(trx|json)$/, '.exit')), 'utf8').trim()
  const counts = report.endsWith('.trx') ? readTrx(text) : readVitest(text)
  if (!Number.isInteger(counts.passed + counts.failed + counts.total)) throw new Error('its counters are not numbers')
  if (counts.failed > 0) return counts
  if (counts.bad) return { ...counts, failed: 1, why: 'the run failed although no test did: its host crashed' }
  if (exit !== '0') return { ...counts, failed: 1, why: `no test failed, but its runner exited with ${exit}` }
  if (counts.passed === 0) return { ...counts, failed: 1, why: 'it ran no test' }
  return counts
}

const readOrFail = (report) => {
  try {
    return read(report)
  } catch (error) {
    return { passed: 0, failed: 1, total: 1, why: `no report to count: ${error.message}` }
  }
}

const all = reports.map((report) => ({ report, ...readOrFail(report) }))
if (all.length === 0) all.push({ report: 'no suite', passed: 0, failed: 1, total: 1, why: 'nothing was run' })
const sum = (key) => all.reduce((total, counts) => total + counts[key], 0)
const skipped = sum('total') - sum('passed') - sum('failed')
for (const { report, why } of all) if (why !== undefined) console.log(`FAILURE ${report}: ${why}`)
if (skipped > 0) console.log(`${skipped} skipped`)
console.log(`${sum('passed')} passed, ${sum('failed')} failed`)
process.exitCode = sum('failed') === 0 ? 0 : 1
