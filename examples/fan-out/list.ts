import { createBatcher, type QuarryContext } from '@quarry/sdk'

/** The list page. Without one: the example site on its default port. */
interface Job {
  url?: string
  /** Detail pages of one child run. */
  batch?: number
}

const DEFAULT_URL = 'http://127.0.0.1:8790/list'

/** Asks for a child run (`detail.ts`) for every few products of a list page. */
export default async function run({ page, job, emit }: QuarryContext<Job | null>): Promise<void> {
  await page.goto(job?.url ?? DEFAULT_URL)
  const links = await page.$$eval('.product a', (anchors) =>
    anchors.map((anchor) => (anchor as HTMLAnchorElement).href)
  )

  const batcher = createBatcher<{ url: string }>(emit, { size: job?.batch ?? 4, target: 'examples/fan-out/detail.ts' })
  for (const url of links) await batcher.add({ url })
  await batcher.flush()
}
