import type { QuarryContext } from '@quarry/sdk'

/** What `list.ts` enqueued. */
interface Job {
  items: { url: string }[]
}

/** Reads the product pages of its job. */
export default async function run({ page, job, emit }: QuarryContext<Job>): Promise<void> {
  for (const { url } of job.items) {
    await page.goto(url)
    const data = await page.evaluate(() => ({
      name: document.querySelector('h1')?.textContent ?? '',
      price: Number(document.querySelector('.price')?.textContent),
      stock: Number(document.querySelector('.stock')?.textContent)
    }))
    await emit.item({ item_type: 'product', data: { url, ...data } })
  }
}
