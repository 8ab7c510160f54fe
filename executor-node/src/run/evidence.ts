import type { QuarryContext } from '@quarry/sdk'
import { withCap } from '@quarry/sdk/internal'
import type { BrowserSession } from '../browser/browser-session.js'
import { ExecutorLimits } from '../limits.js'

/**
 * Keeps what shows why a script failed: a screenshot and the HTML of its page, its address and the tail of its
 * console, as artifacts `failure.png`, `failure.html` and `failure.json`. Nothing for a page that was never opened.
 * `QUARRY_FAILURE_EVIDENCE=0` switches it off.
 */
export async function keepEvidence({ emit, page }: QuarryContext, session: BrowserSession): Promise<void> {
  if (session.isLost || page.isClosed() || page.url() === 'about:blank') return
  const late = () => new Error(`keeping evidence took longer than ${ExecutorLimits.evidenceMs} ms`)
  const steps = async () => {
    const facts = { url: page.url(), console: session.consoleTail }
    const json = Buffer.from(`${JSON.stringify(facts, null, 2)}\n`)
    await emit.artifact({ name: 'failure.json', content_type: 'application/json', data: json })
    await emit.artifact({ name: 'failure.html', content_type: 'text/html', data: Buffer.from(await page.content()) })
    await emit.artifact({ name: 'failure.png', content_type: 'image/png', data: await page.screenshot() })
  }
  await withCap(steps(), ExecutorLimits.evidenceMs, late)
}
