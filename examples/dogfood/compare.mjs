// Compares two runs of one script that differ in their policy: node compare.mjs STORAGE STRICT_REPORT BUFFERED_REPORT
import { deepStrictEqual } from 'node:assert'
import { readRun } from './dataset.mjs'

/** What the record of a run says that may differ from one run to the next. */
const PER_RUN = ['run_id', 'root_run_id', 'runner', 'policy', 'drops', 'storage_path']

/** @import { Posture } from './dataset.mjs' */

/** @type {[name: string, holds: (strict: Posture, buffered: Posture) => void][]} */
const CHECKS = [
  ['only the policy differs', (strict, buffered) => deepStrictEqual(settings(buffered), settings(strict))],
  ['same emission contract', (strict, buffered) => deepStrictEqual(emitted(buffered), emitted(strict))],
  ['same layout', (strict, buffered) => deepStrictEqual(layout(buffered), layout(strict))],
  ['same order, same rows', sameRows],
  ['strict drops nothing', (strict) => deepStrictEqual(strict.drops, [])],
  ['every drop is named', everyDropIsNamed],
  [
    'both are proven complete',
    (strict, buffered) => deepStrictEqual([strict.complete, buffered.complete], [true, true])
  ]
]

/** The record without what belongs to one run and its times. @param {Posture} posture */
function settings({ run }) {
  return Object.fromEntries(Object.entries(run).filter(([key]) => !PER_RUN.includes(key) && !key.endsWith('_at')))
}

/** What the script emitted, stored or not: how many of each type, and the last seq. @param {Posture} posture */
function emitted({ run }) {
  return { counts: run['counts'], last: run['seq_last'] }
}

/** The way to the rows and their columns. @param {Posture} posture */
function layout({ run, folders, rows }) {
  const partition = run['storage_path'].replace(/run_id=.*$/, 'run_id=')
  return { partition, folders, columns: [...new Set(rows.map((row) => row.columns.join()))] }
}

/** Each file is in seq order, and what both stored is equal. @param {Posture} strict @param {Posture} buffered */
function sameRows(strict, buffered) {
  for (const { folders, rows } of [strict, buffered])
    for (const folder of folders) {
      const seqs = rows.filter((row) => `event_type=${row.type}` === folder).map((row) => row.seq)
      const ordered = seqs.toSorted((a, b) => a - b)
      deepStrictEqual(seqs, ordered)
    }
  const precise = new Map(strict.rows.map((row) => [row.seq, content(row)]))
  for (const row of buffered.rows) deepStrictEqual(content(row), precise.get(row.seq))
}

/** A row without its run. @param {Posture['rows'][number]} row */
function content({ type, payload }) {
  // The id of an artifact is drawn by the executor for each run.
  return { type, payload: { .../** @type {object} */ (payload), artifact_id: undefined } }
}

/** What is not stored is what the ledger names. @param {Posture} strict @param {Posture} buffered */
function everyDropIsNamed(strict, buffered) {
  const stored = new Set(buffered.rows.map((row) => row.seq))
  const missing = strict.rows.filter((row) => !stored.has(row.seq)).map((row) => `${row.seq} ${row.type}`)
  const named = buffered.drops.flatMap(({ type, seq_first, count }) =>
    Array.from({ length: count }, (_, n) => `${seq_first + n} ${type}`)
  )
  deepStrictEqual(named.toSorted(), missing.toSorted())
}

/** @param {Posture} posture */
function describe({ run, rows, drops }) {
  const { name, max_events: bound } = run['policy']
  const dropped = drops.reduce((sum, range) => sum + range.count, 0)
  const policy = bound === undefined ? name : `${name}, ${bound} events`
  return `${policy}: ${run['outcome']}, ${run['seq_last']} emitted, ${rows.length} stored, ${dropped} dropped`
}

const [storage, strictReport, bufferedReport] = process.argv.slice(2)
if (storage === undefined || strictReport === undefined || bufferedReport === undefined) {
  console.error('node compare.mjs STORAGE STRICT_REPORT BUFFERED_REPORT')
  process.exit(2)
}
const strict = await readRun(storage, strictReport)
const buffered = await readRun(storage, bufferedReport)
console.log(`${describe(strict)}\n${describe(buffered)}`)
for (const { type, seq_first, seq_last, count, reason } of buffered.drops)
  console.log(`  dropped: ${type} seq ${seq_first} to ${seq_last} (${count}, ${reason})`)
for (const [name, check] of CHECKS) {
  try {
    check(strict, buffered)
    console.log(`yes  ${name}`)
  } catch (difference) {
    console.log(`NO   ${name}\n${/** @type {Error} */ (difference).message}`)
    process.exitCode = 1
  }
}
