import type { QuarryContext } from '@quarry/sdk'

/** The list page to read. Without one: the example site on its default port. */
interface Job {
  url?: string
}

const DEFAULT_URL = 'http://127.0.0.1:8790/list'

/** Reads one list page and emits an item for each product on it. */
export default async function run({ page, job, emit }: QuarryContext<Job | null>): Promise<void> {
  const url = job?.url ?? DEFAULT_URL
  await page.goto(url)
  await emit.info('reading a list page', { url })

  const products = await page.$$eval('.product', (rows) =>
    rows.map((row) => ({
      id: Number(row.getAttribute('data-id')),
      name: row.querySelector('.name')?.textContent ?? '',
      price: Number(row.querySelector('.price')?.textContent),
      link: row.querySelector('a')?.href ?? ''
    }))
  )
  for (const data of products) await emit.item({ item_type: 'product', data })
}
