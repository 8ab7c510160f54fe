import type { QuarryContext } from '@quarry/sdk'

/** The list page to read. Without one: the example site on its default port. */
interface Job {
  url?: string
}

const DEFAULT_URL = 'http://127.0.0.1:8790/list'

/** Emits what it finds, then looks for something that the page does not have: the run ends as a script error. */
export default async function run({ page, job, emit }: QuarryContext<Job | null>): Promise<void> {
  await page.goto(job?.url ?? DEFAULT_URL)
  const names = await page.$$eval('.product .name', (links) => links.slice(0, 3).map((link) => link.textContent))
  for (const name of names) await emit.item({ item_type: 'product', data: { name } })

  await page.waitForSelector('.reviews', { timeout: 1_000 })
}

/** What was emitted before the failure stays. This hook may add to it. */
export async function onError(error: unknown, { emit, page }: QuarryContext<Job | null>): Promise<void> {
  const message = error instanceof Error ? error.message : String(error)
  await emit.error('the page has no reviews', { message, url: page.url() })
}
