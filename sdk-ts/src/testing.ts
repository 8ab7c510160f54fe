/** Runs scripts in tests: local HTML, a recording instead of a runtime, no services. @module */
import type { Page } from 'puppeteer-core'
import type { ResumePoint, RunMeta } from './context.js'
import type { AnyEventEnvelope, ArtifactPayload, LogPayload } from './contract/events.js'
import type { RunId } from './contract/ids.js'
import { Channel } from './emit/channel.js'
import type { QuarryHooks, QuarryScriptModule } from './hooks.js'
import { Interruption } from './host/interruption.js'
import { runScript } from './host/run-script.js'
import { LocalTurns } from './polite/local-turns.js'
import { launchBrowser } from './testing/browser.js'
import { type RecordedFile, RecordingSink } from './testing/recording-sink.js'
import type { RunResultOutcome } from './wire/frame-encoder.js'

export type { RecordedFile, RunResultOutcome }

/** Options of {@link testScript}. */
export interface TestOptions<Job> {
  readonly job?: Job
  /** HTML by address: what the page gets instead of the network. Other addresses answer 404. */
  readonly pages?: Readonly<Record<string, string>>
  /** A page to use; without one a browser is started for the run, and ended after it. */
  readonly page?: Page
  readonly resume?: ResumePoint
  /** Ends the run as a cancel would. */
  readonly signal?: AbortSignal
}

/** An artifact with its bytes. */
export interface RecordedArtifact extends ArtifactPayload {
  readonly bytes: Uint8Array
}

/** What a run of a script produced. */
export interface TestResult {
  /** As in the `run_result` of a real run. */
  readonly outcome: RunResultOutcome
  /** Every event, in order. */
  readonly events: readonly AnyEventEnvelope[]
  /** Data of the items, in order; `item_type` chooses. */
  readonly items: (item_type?: string) => Record<string, unknown>[]
  readonly logs: readonly LogPayload[]
  readonly artifacts: readonly RecordedArtifact[]
  readonly files: readonly RecordedFile[]
  /** What the run wrote for humans: hooks that threw, calls that were refused. */
  readonly reports: readonly string[]
}

/** Runs a script module (`import * as script from './script.js'`) with its hooks, as an executor would. */
export async function testScript<Job>(
  module: QuarryScriptModule<Job>,
  options: TestOptions<Job> = {}
): Promise<TestResult> {
  const run: RunMeta = { run_id: 'test-run' as RunId, attempt: 1 }
  const sink = new RecordingSink(run)
  const reports: string[] = []
  const { default: script, ...hooks } = module
  const interruption = new Interruption()
  options.signal?.addEventListener('abort', () => interruption.cancel(String(options.signal?.reason), TEST_GRACE_MS))
  const { outcome, session } = await runScript({
    script: { run: script as never, hooks: hooks as QuarryHooks },
    request: { run, job: structuredClone(options.job ?? null), ...(options.resume && { resume: options.resume }) },
    ...{ sink, channel: new Channel(sink), interruption },
    openBrowser: () => openSession(options.page, options.pages),
    turns: () => new LocalTurns(NO_BUDGET),
    report: (what, error) => reports.push(error instanceof Error ? `${what}: ${error.message}` : what)
  })
  await session?.close()
  return summarize(sink, outcome, reports)
}

const TEST_GRACE_MS = 2_000
/** Tests visit nobody: every turn comes at once. */
const NO_BUDGET = { concurrency: Number.POSITIVE_INFINITY, delayMs: 0 }

async function openSession(given: Page | undefined, pages: Readonly<Record<string, string>> | undefined) {
  const page = given ?? (await (await launchBrowser()).newPage())
  if (pages !== undefined) await servePages(page, pages)
  const [browser, context] = [page.browser(), page.browserContext()]
  const close = async () => {
    if (given === undefined) await browser.close()
  }
  return { page, browser, context, isLost: false, close }
}

async function servePages(page: Page, pages: Readonly<Record<string, string>>): Promise<void> {
  await page.setRequestInterception(true)
  page.on('request', (request) => {
    const body = pages[request.url()]
    const answer = body === undefined ? { status: 404, body: 'not part of the test' } : { status: 200, body }
    void request.respond({ ...answer, contentType: 'text/html; charset=utf-8' })
  })
}

function summarize(sink: RecordingSink, outcome: RunResultOutcome, reports: readonly string[]): TestResult {
  const of = <T extends AnyEventEnvelope['type']>(type: T) =>
    sink.events.filter((event): event is Extract<AnyEventEnvelope, { type: T }> => event.type === type)
  return {
    ...{ outcome, reports, events: sink.events, files: sink.files },
    items: (item_type) =>
      of('item').flatMap(({ payload }) =>
        item_type === undefined || payload.item_type === item_type ? [payload.data] : []
      ),
    logs: of('log').map(({ payload }) => payload),
    artifacts: of('artifact').map(({ payload }) => ({ ...payload, bytes: sink.artifact(payload.artifact_id) }))
  }
}
