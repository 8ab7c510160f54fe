import { OUR_PUPPETEER } from '../browser/find-puppeteer.js'
import { Inbound } from '../io/inbound.js'
import type { PipeWriter } from '../io/pipe-writer.js'
import { InvalidInputError } from '../request/invalid-input.js'
import { parseRunRequest, parseScriptPlace } from '../request/run-request.js'
import { warmCompiler } from '../script/bundle.js'
import { sendOne } from '../wire/send-one.js'
import { ExitCode, RunHost, report } from './host.js'
import { ProcessGuard } from './process-guard.js'
import { Surroundings } from './surroundings.js'

/** A line of the console that no text has: the console of one run ends with it (CONTRACT_IPC, IPC-32). */
const CONSOLE_END = '\x1e\n'

/**
 * Loads what every run needs, says `executor_ready`, and serves the runs that are asked for, one after another
 * (CONTRACT_IPC, serving several runs). Resolves to the exit code, after the first run that may not be followed.
 */
export async function serve(output: PipeWriter): Promise<number> {
  const inbound = new Inbound(process.stdin)
  const guard = new ProcessGuard(report)
  await Promise.all([OUR_PUPPETEER.load(), warmCompiler()])
  const surroundings = Surroundings.take()
  await sendOne(output, { type: 'executor_ready' })
  for (;;) {
    const line = await nextRequest(inbound)
    if (line === undefined) return ExitCode.completed
    const request = parseRunRequest(line)
    const code = await new RunHost(parseScriptPlace(line), request, output).run(inbound, guard)
    const isEnough = !request.servesNext || code > ExitCode.scriptError || inbound.closedWhy !== undefined
    if (isEnough || !(await surroundings.areRestored()) || guard.isDisturbed) return code
    process.stderr.write(CONSOLE_END)
    await sendOne(output, { type: 'executor_ready', exit_code: code })
  }
}

/** Undefined when the runtime wants no more. */
async function nextRequest(inbound: Inbound): Promise<string | undefined> {
  try {
    return await inbound.request()
  } catch (error) {
    if (error instanceof InvalidInputError) return undefined
    throw error
  }
}
