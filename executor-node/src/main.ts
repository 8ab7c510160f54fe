/** The executor: hosts one script between a run request on stdin and frames on stdout (CONTRACT_IPC). @module */
import { once } from 'node:events'
import { lendBrowser } from './browser/lend-browser.js'
import { claimStdout } from './io/claim-stdout.js'
import { Inbound } from './io/inbound.js'
import { PipeWriter } from './io/pipe-writer.js'
import { parseArguments, type ScriptPlace } from './request/arguments.js'
import { InvalidInputError } from './request/invalid-input.js'
import { parseRunRequest } from './request/run-request.js'
import { checkMachine } from './run/check.js'
import { ExitCode, RunHost, report } from './run/host.js'
import { exitProcess, ProcessGuard } from './run/process-guard.js'
import { serve } from './run/serve.js'
import { validateScript } from './run/validate.js'
import { sendOne } from './wire/send-one.js'

async function main(output: PipeWriter): Promise<number> {
  const args = parseArguments(process.argv.slice(2), process.env)
  if (args.mode === 'serve') return serve(output)
  if (args.mode === 'browser') return lend(output)
  if (args.mode === 'check') return check(output)
  if (args.mode === 'features') return features(output)
  return args.mode === 'validate' ? validate(args.script, output) : run(args.script, output)
}

async function run(script: ScriptPlace, output: PipeWriter): Promise<number> {
  const inbound = new Inbound(process.stdin)
  const request = parseRunRequest(await inbound.request())
  return new RunHost(script, request, output).run(inbound, new ProcessGuard(report))
}

/** Keeps a browser for others until stdin closes; where it is, it says as one line of JSON. */
async function lend(output: PipeWriter): Promise<number> {
  const closed = once(process.stdin.resume(), 'close')
  const isAsked = await lendBrowser(process.env, closed, (ready) =>
    output.writeAll(Buffer.from(`${JSON.stringify(ready)}\n`))
  )
  if (!isAsked) report('The browser ended by itself')
  return isAsked ? ExitCode.completed : ExitCode.crash
}

/** Prints what a run would use on this machine as one line of JSON. */
async function check(output: PipeWriter): Promise<number> {
  const found = await checkMachine(process.env)
  await output.writeAll(Buffer.from(`${JSON.stringify(found)}\n`))
  return 'problem' in found.browser ? ExitCode.crash : ExitCode.completed
}

/** Prints what a runtime may rely on as one line of JSON (CONTRACT_IPC, features). */
async function features(output: PipeWriter): Promise<number> {
  await output.writeAll(Buffer.from(`${JSON.stringify({ features: ['proxy'] })}\n`))
  return ExitCode.completed
}

/** Prints what is known about the script as one line of JSON. */
async function validate(script: ScriptPlace, output: PipeWriter): Promise<number> {
  const result = await validateScript(script)
  await output.writeAll(Buffer.from(`${JSON.stringify(result)}\n`))
  return result.valid ? ExitCode.completed : ExitCode.scriptError
}

/** Nothing was started: say why, as a frame for the runtime and as a line for humans. */
async function refuse(output: PipeWriter, { message }: InvalidInputError): Promise<number> {
  report(message)
  await sendOne(output, { type: 'run_result', outcome: { status: 'crash', error_type: 'invalid_input', message } })
  return ExitCode.invalidInput
}

async function start(): Promise<number> {
  try {
    const output = new PipeWriter(claimStdout().fd)
    return await main(output).catch((error: unknown) => {
      if (error instanceof InvalidInputError) return refuse(output, error)
      throw error
    })
  } catch (error) {
    report('The executor failed', error)
    return ExitCode.crash
  }
}

void start().then(exitProcess)
