import type { QuarryContext } from '@quarry/sdk'

/** The page that loads more of itself. Without one: the example site on its default port. */
interface Job {
  url?: string
}

const DEFAULT_URL = 'http://127.0.0.1:8790/infinite'

/** Scrolls until the page says that there is no more, then emits what it loaded. */
export default async function run({ page, job, emit, signal }: QuarryContext<Job | null>): Promise<void> {
  await page.goto(job?.url ?? DEFAULT_URL)
  for (;;) {
    const loaded = await page.$$eval('.product', (rows) => rows.length)
    if (await page.$eval('#end', (end) => end.textContent === 'No more stones')) break
    await page.$eval('#end', (end) => end.scrollIntoView())
    const more = (count: number) =>
      document.querySelectorAll('.product').length > count ||
      document.querySelector('#end')?.textContent === 'No more stones'
    await page.waitForFunction(more, { signal }, loaded)
  }
  const products = await page.$$eval('.product', (rows) =>
    rows.map((row) => ({ id: Number(row.getAttribute('data-id')), name: row.textContent }))
  )
  for (const data of products) await emit.item({ item_type: 'product', data })
}
