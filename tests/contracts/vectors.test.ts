import { readFileSync } from 'node:fs'
import { CONTRACT_VERSION, Limits, StorageFilenameError } from '@quarry/sdk'
import { escapeFilename, escapePartitionValue } from '@quarry/sdk/internal'
import { describe, expect, it } from 'vitest'

const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`./vectors/${name}.json`, import.meta.url), 'utf8'))

interface Vector {
  readonly raw: string
  readonly escaped?: string
  readonly error?: string
}

describe('shared vectors', () => {
  it.each(vectors<Vector[]>('partition-values'))('partition value $raw', ({ raw, escaped, error }) => {
    expect(escapePartitionValue(raw)).toEqual(escaped === undefined ? { problem: error } : { escaped })
  })

  it.each(vectors<Vector[]>('filenames'))('file name $raw', ({ raw, escaped }) => {
    if (escaped === undefined) expect(() => escapeFilename(raw)).toThrow(StorageFilenameError)
    else expect(escapeFilename(raw)).toBe(escaped)
  })

  it('limits and the contract version have one value on both sides', () => {
    const shared = vectors<Record<string, number | string>>('limits')
    const { spansReportedMax } = Limits
    const { frameBytesMax, framePrefixBytes, chunkBytesMax, payloadDepthMax, escapedNameBytesMax } = Limits
    expect(shared).toEqual({
      ...{ contractVersion: CONTRACT_VERSION, framePrefixBytes, frameBytesMax, payloadDepthMax },
      ...{ spansReportedMax, chunkDataBytesMax: chunkBytesMax, partitionValueBytesMax: escapedNameBytesMax }
    })
  })
})
