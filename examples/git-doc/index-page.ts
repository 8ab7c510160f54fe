import { createBatcher, type QuarryContext } from '@quarry/sdk'

/** Where the index of the manuals is. Without one: the example site on its default port. */
interface Job {
  baseUrl?: string
  /** Pages of one child run. */
  batch?: number
}

const DEFAULT_BASE_URL = 'http://127.0.0.1:8790/git-doc/index.html'

/** Asks for a child run (`pages.ts`) for every few manuals that the index lists. */
export default async function run({ page, job, emit }: QuarryContext<Job | null>): Promise<void> {
  const start = new URL(job?.baseUrl ?? DEFAULT_BASE_URL).href
  const folder = new URL('.', start).href
  await page.setJavaScriptEnabled(false)
  await page.goto(start)
  const links = await page.$$eval('a[href]', (anchors) => anchors.map((anchor) => (anchor as HTMLAnchorElement).href))
  const pages = links.map((link) => link.replace(/#.*$/, ''))
  const manuals = pages.filter((url) => url.startsWith(folder) && url.endsWith('.html'))

  const batcher = createBatcher<{ url: string }>(emit, { size: job?.batch ?? 20, target: './pages.ts' })
  for (const url of new Set([start, ...manuals])) await batcher.add({ url })
  await batcher.flush()
}
