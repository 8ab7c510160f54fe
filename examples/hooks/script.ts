import type { PrepareResult, QuarryContext, TerminalSignal } from '@quarry/sdk'

/** The list page, and whether there is anything to do. */
interface Job {
  url?: string
  enabled?: boolean
}

const DEFAULT_URL = 'http://127.0.0.1:8790/list'
const started = new Map<string, number>()

/** Runs before a browser exists: a job that is switched off costs nothing. */
export function prepare(job: Job | null): PrepareResult<Job> {
  if (job?.enabled === false) return { action: 'skip', reason: 'the job is switched off' }
  return { action: 'continue', job: { url: DEFAULT_URL, ...job } }
}

export async function beforeRun({ page, run }: QuarryContext<Job>): Promise<void> {
  started.set(run.run_id, performance.now())
  await page.setUserAgent({ userAgent: 'Quarry example' })
}

export default async function run({ page, job, emit }: QuarryContext<Job>): Promise<void> {
  await page.goto(job.url ?? DEFAULT_URL)
  const count = await page.$$eval('.product', (rows) => rows.length)
  await emit.item({ item_type: 'count', data: { count, agent: await page.evaluate(() => navigator.userAgent) } })
}

/** Emitting is still possible here, whether the script succeeded or not. */
export async function beforeTerminal(signal: TerminalSignal, { emit, run }: QuarryContext<Job>): Promise<void> {
  const elapsed_ms = Math.round(performance.now() - (started.get(run.run_id) ?? 0))
  await emit.info('finished', { outcome: signal.outcome, elapsed_ms })
}

/** Runs last, on every way out. */
export function cleanup({ run }: QuarryContext<Job>): void {
  started.delete(run.run_id)
}
