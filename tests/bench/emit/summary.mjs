// @ts-check
// What the benches of this folder share: medians with their spread, and the JSON file of a result.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const artifacts = join(fileURLToPath(new URL('../../..', import.meta.url)), 'artifacts/bench')

/** @param {number[]} values */
export function summary(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return { median: sorted[Math.floor(sorted.length / 2)] ?? 0, min: sorted[0], max: sorted.at(-1) }
}

/** @param {string} name @param {object} result */
export function save(name, result) {
  mkdirSync(artifacts, { recursive: true })
  writeFileSync(join(artifacts, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`)
}
