// @ts-check
// One item of about 300 bytes, the same for every program of the comparison.

export const COUNT = Number(process.env.COUNT ?? 200_000)

export const RUN = /** @type {any} */ ({ run_id: '01890a5d-ac96-774b-bcce-b302099a8057', attempt: 1 })

export const ITEM = {
  item_type: 'product',
  data: {
    id: 4711,
    title: 'Polished granite slab, 60 x 40 cm',
    url: 'https://example.com/products/4711?from=list',
    price: 129.95,
    in_stock: true,
    tags: ['granite', 'indoor', 'polished'],
    description: 'A slab for floors and walls. Frost-proof, cut to size on request, delivered in two weeks.'
  }
}

/** @param {bigint} start */
export function report(start) {
  const seconds = Number(process.hrtime.bigint() - start) / 1e9
  const { rss } = process.memoryUsage()
  process.stderr.write(
    `${JSON.stringify({ events_per_s: Math.round(COUNT / seconds), rss_mb: Math.round(rss / 1e6) })}\n`
  )
}
