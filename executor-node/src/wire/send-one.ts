import type { RunMeta } from '@quarry/sdk'
import type { PipeWriter } from '../io/pipe-writer.js'
import { PipeSink } from './pipe-sink.js'

/** Sends a frame that belongs to no run. */
export async function sendOne(
  output: PipeWriter,
  frame: { readonly type: string } & Readonly<Record<string, unknown>>
): Promise<void> {
  const sink = new PipeSink(output, { run_id: '', attempt: 1 } as unknown as RunMeta)
  sink.encoder.plain(frame)
  await sink.drain()
}
