// @ts-check
// Writes frames/*.bin and frames/*.json anew: npm run golden
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { describeFrame } from './describe.mjs'
import { goldenFrames } from './frames.mjs'

const folder = new URL('../frames/', import.meta.url)
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder)
const frames = goldenFrames()
for (const golden of frames) {
  writeFileSync(new URL(`${golden.name}.bin`, folder), golden.bytes)
  writeFileSync(new URL(`${golden.name}.json`, folder), describeFrame(golden))
}
console.log(`${frames.length} frames in tests/contracts/frames`)
