// @ts-check
// SDK and sink of the executor, one script awaiting each emit: prints what it took on stderr.
import { Channel, claimStdout, createEmit, PipeSink, PipeWriter } from './out/ours.mjs'
import { COUNT, ITEM, RUN, report } from './workload.mjs'

const { fd } = claimStdout()
const sink = new PipeSink(new PipeWriter(fd), RUN)
const emit = createEmit(new Channel(sink), sink)
const start = process.hrtime.bigint()
for (let n = 0; n < COUNT; n++) await emit.item(ITEM)
await sink.drain()
report(start)
