import type { QuarryContext } from '@quarry/sdk'

/** The address of the site. Without one: the example site on its default port. */
interface Job {
  url?: string
}

const DEFAULT_URL = 'http://127.0.0.1:8790'

/** Keeps a page as it looked (screenshot), as it was (HTML), and a file that it links to (download). */
export default async function run({ page, job, emit }: QuarryContext<Job | null>): Promise<void> {
  const site = job?.url ?? DEFAULT_URL
  await page.goto(new URL('/list', site).href)

  await emit.artifact({ name: 'list.png', content_type: 'image/png', data: await page.screenshot({ fullPage: true }) })
  await emit.artifact({ name: 'list.html', content_type: 'text/html', data: Buffer.from(await page.content()) })

  const response = await fetch(new URL('/files/catalogue.csv', site))
  if (!response.ok || response.body === null) throw new Error(`The download answered ${response.status}.`)
  const csv = await emit.artifact({ name: 'catalogue.csv', content_type: 'text/csv', data: response.body })
  await emit.item({ item_type: 'download', data: { artifact_id: csv, from: response.url } })
}
