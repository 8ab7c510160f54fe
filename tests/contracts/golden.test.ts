import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { describeFrame } from './golden/describe.mjs'
import { goldenFrames } from './golden/frames.mjs'

const folder = new URL('./frames/', import.meta.url)
const frames = goldenFrames()

describe('golden frames', () => {
  it.each(frames)('$name is written byte for byte as it is stored', (golden) => {
    expect(readFileSync(new URL(`${golden.name}.bin`, folder)).equals(golden.bytes)).toBe(true)
  })

  it.each(frames)('$name is described as an independent reader decodes it', (golden) => {
    expect(readFileSync(new URL(`${golden.name}.json`, folder), 'utf8')).toBe(describeFrame(golden))
  })

  it('has no file that nothing writes', () => {
    const expected = frames.flatMap(({ name }) => [`${name}.bin`, `${name}.json`])
    expect(readdirSync(folder).sort()).toEqual(expected.sort())
  })
})
