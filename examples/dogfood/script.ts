import type { QuarryContext } from '@quarry/sdk'

/** The address of the site. Without one: the example site on its default port. */
interface Job {
  url?: string
}

const DEFAULT_URL = 'http://127.0.0.1:8790'

/** Log lines about one product. */
const TRAIL = 20

/** A crawl that talks more than it finds: items, checkpoints and a file, and a trail of log lines around each item. */
export default async function run({ page, job, emit, signal }: QuarryContext<Job | null>): Promise<void> {
  const site = job?.url ?? DEFAULT_URL
  let url: string | null = new URL('/list', site).href

  for (let number = 1; url !== null && !signal.aborted; number++) {
    await page.goto(url)
    const ids = await page.$$eval('.product', (rows) => rows.map((row) => Number(row.getAttribute('data-id'))))
    for (const id of ids) {
      const trail = Array.from({ length: TRAIL }, (_, step) => emit.info('looked at a product', { id, step }))
      await Promise.all([...trail, emit.item({ item_type: 'product', data: { id, page: url } })])
    }
    url = await page.$eval('nav', (nav) => nav.querySelector<HTMLAnchorElement>('a[rel=next]')?.href ?? null)
    await emit.checkpoint({ checkpoint_id: `page-${number}`, note: `${ids.length} products`, state: { next: url } })
  }

  const response = await fetch(new URL('/files/catalogue.csv', site))
  if (!response.ok || response.body === null) throw new Error(`The download answered ${response.status}.`)
  await emit.artifact({ name: 'catalogue.csv', content_type: 'text/csv', data: response.body })
}
