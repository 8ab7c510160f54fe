import type { QuarryContext } from '@quarry/sdk'

/** The first list page. Without one: the example site on its default port. */
interface Job {
  url?: string
}

/** What a checkpoint keeps: where to go on. */
interface Progress {
  next: string | null
}

const DEFAULT_URL = 'http://127.0.0.1:8790/list'

/** Follows the "next" links. A retry goes on after the last page that was stored, instead of at the first. */
export default async function run({ page, job, emit, resume, signal }: QuarryContext<Job | null>): Promise<void> {
  const start = job?.url ?? DEFAULT_URL
  let url = resume === undefined ? start : (resume.state as Progress).next

  for (let number = 1; url !== null && !signal.aborted; number++) {
    await page.goto(url)
    const ids = await page.$$eval('.product', (rows) => rows.map((row) => Number(row.getAttribute('data-id'))))
    for (const id of ids) await emit.item({ item_type: 'product', data: { id, page: url } })

    url = await page.$eval('nav', (nav) => nav.querySelector<HTMLAnchorElement>('a[rel=next]')?.href ?? null)
    const state: Progress = { next: url }
    await emit.checkpoint({ checkpoint_id: `page-${number}`, note: `${ids.length} products`, state })
  }
}
