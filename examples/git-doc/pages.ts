import type { QuarryContext } from '@quarry/sdk'
import { readManual } from './read-manual.ts'

/** What `index-page.ts` enqueued. */
interface Job {
  items: { url: string }[]
}

/** Reads the manuals of its job: one item per page. */
export default async function run({ page, job, emit }: QuarryContext<Job>): Promise<void> {
  // The manuals' own scripts add links and numbers to what was written; the crawl wants what was written.
  await page.setJavaScriptEnabled(false)
  for (const { url } of job.items) {
    const response = await page.goto(url, { waitUntil: 'domcontentloaded' })
    if (!response?.ok()) {
      await emit.warn('dead link', { url, status: response?.status() ?? null })
      continue
    }
    const { links, ...found } = await page.evaluate(readManual)
    await emit.item({ item_type: 'manual', data: { page: url.replace(/^.*\/git-doc\//, ''), ...found } })
  }
}
