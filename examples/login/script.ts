import type { QuarryContext } from '@quarry/sdk'

/** The site and the account. Without them: the example site and its one account. */
interface Job {
  url?: string
  user?: string
  password?: string
}

const DEFAULT_URL = 'http://127.0.0.1:8790'

/** Signs in, then reads what only a signed-in visitor sees. */
export default async function run({ page, job, emit }: QuarryContext<Job | null>): Promise<void> {
  const site = job?.url ?? DEFAULT_URL
  await page.goto(new URL('/account', site).href)

  await page.type('input[name=user]', job?.user ?? 'visitor')
  await page.type('input[name=password]', job?.password ?? 'stone')
  await Promise.all([page.waitForNavigation(), page.click('button')])

  if (new URL(page.url()).pathname !== '/account') {
    const message = await page.$eval('.problem', (problem) => problem.textContent)
    await emit.runError({ error_type: 'login_refused', message: message ?? 'The site gave no reason.' })
    return
  }
  const orders = await page.$$eval('.order', (rows) =>
    rows.map((row) => ({ id: Number(row.getAttribute('data-id')), name: row.textContent }))
  )
  for (const data of orders) await emit.item({ item_type: 'order', data })
}
