import { decode } from '@msgpack/msgpack'
import { MsgpackWriter, ValueEncoder } from '@quarry/sdk/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MsgpackReader } from '../src/wire/msgpack-reader.js'

function encode(value: unknown): Uint8Array {
  const writer = new MsgpackWriter(16)
  new ValueEncoder(writer).root('data', value)
  return writer.buffer.subarray(0, writer.position)
}

const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? 'null')

describe('the encoder', () => {
  it('writes any JSON value so that an independent reader gets it back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        // An own key "__proto__" is data for JSON, but the independent reader refuses it.
        fc.pre(!JSON.stringify(value).includes('"__proto__"'))
        expect(decode(encode(value))).toEqual(asJson(value))
      }),
      { numRuns: 1000 }
    )
  })

  it('treats what JSON drops or turns into text as JSON does', () => {
    const value = fc.anything({ withDate: false, withSparseArray: true, withNullPrototype: true, maxDepth: 4 })
    fc.assert(
      fc.property(value, (anything) => {
        const finite = JSON.stringify(anything, (_key, entry) =>
          typeof entry === 'number' && !Number.isFinite(entry) ? 'not finite' : entry
        )
        fc.pre(!finite?.includes('not finite') && !finite?.includes('"__proto__"'))
        expect(new MsgpackReader(encode(anything)).value()).toEqual(asJson(anything))
      }),
      { numRuns: 1000 }
    )
  })

  it('agrees with its own reader on every size of text, number and list', () => {
    const sizes = [0, 1, 15, 16, 23, 24, 25, 31, 32, 33, 255, 256, 65535, 65536]
    for (const size of sizes) {
      const values = ['x'.repeat(size), 'ä'.repeat(size), Array(size).fill(0), size, -size, Buffer.alloc(size, 7)]
      for (const value of values) {
        const expected = Buffer.isBuffer(value) ? new Uint8Array(value) : value
        expect(new MsgpackReader(encode(value)).value()).toEqual(expected === 0 ? 0 : expected)
      }
    }
  })
})
