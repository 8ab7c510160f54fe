import type { QuarryContext } from '@quarry/sdk'

/** What one run is asked for: `--job '{"url": "https://..."}'`. */
export interface Job {
  /** Address of a list page. */
  url: string
}

/** Reads a list page and emits an item for each product on it. */
export default async function run({ page, job, emit }: QuarryContext<Job>): Promise<void> {
  await page.goto(job.url)
  const products = await page.$$eval('.product', (rows) =>
    rows.map((row) => ({
      name: row.querySelector('.name')?.textContent ?? '',
      price: Number(row.querySelector('.price')?.textContent)
    }))
  )
  for (const data of products) await emit.item({ item_type: 'product', data })
  if (products.length === 0) await emit.warn('no product was found: has the page changed?', { url: job.url })
}
