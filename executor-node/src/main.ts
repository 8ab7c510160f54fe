/** The executor: hosts one script between a run request on stdin and frames on stdout (CONTRACT_IPC). @module */
import type { RunMeta } from '@quarry/sdk'
import { BrowserSession } from './browser/browser-session.js'
import { findBrowser } from './browser/find-browser.js'
import { OUR_PUPPETEER } from './browser/find-puppeteer.js'
import { claimStdout, type FrameOutput } from './io/claim-stdout.js'
import { Inbound } from './io/inbound.js'
import { PipeWriter } from './io/pipe-writer.js'
import { parseArguments, type ScriptPlace } from './request/arguments.js'
import { InvalidInputError } from './request/invalid-input.js'
import { parseRunRequest, parseScriptPlace } from './request/run-request.js'
import { checkMachine } from './run/check.js'
import { exitProcess } from './run/guard-process.js'
import { ExitCode, RunHost, report } from './run/host.js'
import { validateScript } from './run/validate.js'
import { warmCompiler } from './script/bundle.js'
import { PipeSink } from './wire/pipe-sink.js'

function main(output: FrameOutput): Promise<number> {
  const args = parseArguments(process.argv.slice(2), process.env)
  if (args.mode === 'prewarm') return prewarm(output)
  if (args.mode === 'check') return check(output)
  return args.mode === 'validate' ? validate(args.script, output) : run(args.script, output)
}

async function run(script: ScriptPlace, output: FrameOutput): Promise<number> {
  const inbound = new Inbound(process.stdin)
  const request = parseRunRequest(await inbound.request)
  return new RunHost(script, request, output).run(inbound)
}

/** Loads and starts what every run needs, says `executor_ready`, and waits for a request that names its script. */
async function prewarm(output: FrameOutput): Promise<number> {
  const inbound = new Inbound(process.stdin)
  const choice = await findBrowser(undefined, process.env)
  const needs = { env: process.env, puppeteer: OUR_PUPPETEER }
  const [warm] = await Promise.all([
    choice.kind === 'executable' ? BrowserSession.open(needs) : undefined,
    warmCompiler()
  ])
  await sendOne(output, { type: 'executor_ready' })
  try {
    const line = await inbound.request
    const request = parseRunRequest(line)
    const host = new RunHost(parseScriptPlace(line), request, output)
    return await host.run(inbound, warm)
  } finally {
    await warm?.close()
  }
}

/** Prints what a run would use on this machine as one line of JSON. */
async function check({ fd }: FrameOutput): Promise<number> {
  const found = await checkMachine(process.env)
  await new PipeWriter(fd).writeAll(Buffer.from(`${JSON.stringify(found)}\n`))
  return 'problem' in found.browser ? ExitCode.crash : ExitCode.completed
}

/** Prints what is known about the script as one line of JSON. */
async function validate(script: ScriptPlace, { fd }: FrameOutput): Promise<number> {
  const result = await validateScript(script)
  await new PipeWriter(fd).writeAll(Buffer.from(`${JSON.stringify(result)}\n`))
  return result.valid ? ExitCode.completed : ExitCode.scriptError
}

/** Nothing was started: say why, as a frame for the runtime and as a line for humans. */
async function refuse(output: FrameOutput, { message }: InvalidInputError): Promise<number> {
  report(message)
  await sendOne(output, { type: 'run_result', outcome: { status: 'crash', error_type: 'invalid_input', message } })
  return ExitCode.invalidInput
}

/** Sends a frame that belongs to no run. */
async function sendOne(
  output: FrameOutput,
  frame: { readonly type: string; readonly outcome?: object }
): Promise<void> {
  const sink = new PipeSink(new PipeWriter(output.fd), { run_id: '', attempt: 1 } as unknown as RunMeta)
  sink.encoder.plain(frame)
  await sink.drain()
}

const output = claimStdout()
Promise.resolve()
  .then(() => main(output))
  .catch((error: unknown) => {
    if (error instanceof InvalidInputError) return refuse(output, error)
    report('The executor failed', error)
    return ExitCode.crash
  })
  .then(exitProcess)
