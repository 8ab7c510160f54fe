/** The executor: hosts one script between a run request on stdin and frames on stdout (CONTRACT_IPC). @module */
import type { RunMeta } from '@quarry/sdk'
import { claimStdout, type FrameOutput } from './io/claim-stdout.js'
import { Inbound } from './io/inbound.js'
import { PipeWriter } from './io/pipe-writer.js'
import { parseArguments } from './request/arguments.js'
import { InvalidInputError } from './request/invalid-input.js'
import { parseRunRequest } from './request/run-request.js'
import { exitProcess } from './run/guard-process.js'
import { ExitCode, RunHost, report } from './run/host.js'
import { PipeSink } from './wire/pipe-sink.js'

async function main(output: FrameOutput): Promise<number> {
  const args = parseArguments(process.argv.slice(2), process.env)
  const inbound = new Inbound(process.stdin)
  const request = parseRunRequest(await inbound.request)
  const code = await new RunHost(args, request, output).run(inbound)
  inbound.stop()
  return code
}

/** Nothing was started: say why, as a frame for the runtime and as a line for humans. */
async function refuse(output: FrameOutput, error: InvalidInputError): Promise<number> {
  report(error.message)
  const sink = new PipeSink(new PipeWriter(output.fd), { run_id: '', attempt: 1 } as unknown as RunMeta)
  sink.encoder.plain({
    type: 'run_result',
    outcome: { status: 'crash', error_type: 'invalid_input', message: error.message }
  })
  await sink.drain()
  return ExitCode.invalidInput
}

const output = claimStdout()
main(output)
  .catch((error: unknown) => {
    if (error instanceof InvalidInputError) return refuse(output, error)
    report('The executor failed', error)
    return ExitCode.crash
  })
  .then(exitProcess)
