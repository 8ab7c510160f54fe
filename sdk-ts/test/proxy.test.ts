import { describe, expect, it } from 'vitest'
import { type ProxyPool, validateJobProxyRequest, validateProxyPool } from '../src/index.js'

const pool: ProxyPool = {
  name: 'p',
  strategy: 'random',
  endpoints: [
    { protocol: 'http', host: 'a', port: 1 },
    { protocol: 'http', host: 'b', port: 2 }
  ]
}

describe('validateProxyPool', () => {
  it.each([
    [0, true, []],
    [1, true, []],
    [2, true, ['recencyWindow']],
    [10_000, true, ['recencyWindow']],
    [10_001, false, ['recencyWindow']],
    [-1, false, []],
    [0.5, false, []]
  ])('takes a recency window of %d: %s', (recencyWindow, valid, warned) => {
    const result = validateProxyPool({ ...pool, recencyWindow })
    expect(result.valid).toBe(valid)
    expect(result.warnings.map(({ field }) => field)).toEqual(warned)
  })

  it('keeps endpoints by key', () => {
    expect(validateProxyPool({ ...pool, strategy: 'sticky', sticky: { scope: 'key' } })).toMatchObject({ valid: true })
  })

  it('says that a recency window needs the random strategy', () => {
    const { warnings } = validateProxyPool({ ...pool, strategy: 'round_robin', recencyWindow: 1 })
    expect(warnings).toEqual([{ field: 'recencyWindow', message: expect.stringContaining('random') }])
  })
})

describe('validateJobProxyRequest', () => {
  it.each([
    [{ pool: 'p' }, []],
    [{ pool: '' }, ['pool']],
    [{ pool: 'p'.repeat(100) }, []],
    [{ pool: 'p'.repeat(101) }, ['pool']],
    [{ pool: 'p', stickyKey: 'k'.repeat(256) }, []],
    [{ pool: 'p', stickyKey: 'k'.repeat(257) }, ['stickyKey']],
    [{ pool: 'p', stickyKey: 'k', strategy: 'random' as const }, ['stickyKey']]
  ])('%j', (request, fields) => {
    expect(validateJobProxyRequest(request).errors.map(({ field }) => field)).toEqual(fields)
  })
})
