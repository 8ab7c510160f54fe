// @ts-check
// P1 (emit): node eng/pinned-node.mjs tests/bench/emit/run.mjs
// SDK and sink against a plain loop, side by side in the order A B B A; prints medians and spread, writes JSON.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { save, summary } from './summary.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const root = join(here, '../../..')
const ROUNDS = Number(process.env.ROUNDS ?? 5)

await build({
  stdin: {
    contents: `export { PipeSink } from './executor-node/src/wire/pipe-sink.ts'
      export { PipeWriter } from './executor-node/src/io/pipe-writer.ts'
      export { claimStdout } from './executor-node/src/io/claim-stdout.ts'
      export { Channel, createEmit } from './sdk-ts/src/internal.ts'`,
    resolveDir: root
  },
  alias: {
    '@quarry/sdk': join(root, 'sdk-ts/src/index.ts'),
    '@quarry/sdk/internal': join(root, 'sdk-ts/src/internal.ts')
  },
  outfile: join(here, 'out/ours.mjs'),
  bundle: true,
  format: 'esm',
  platform: 'node'
})

/** @param {string} program */
async function measure(program) {
  // A real pipe: Node would give its child a socket.
  const child = spawn('sh', ['-c', `"$0" "$1" | cat > /dev/null`, process.execPath, join(here, program)], {
    stdio: ['ignore', 'inherit', 'pipe']
  })
  let text = ''
  child.stderr.on('data', (bytes) => {
    text += bytes
  })
  await once(child, 'close')
  return JSON.parse(text)
}

const before = loadavg()
/** @type {{ ours: any[], plain: any[] }} */
const samples = { ours: [], plain: [] }
for (let round = 0; round < ROUNDS; round++)
  for (const name of /** @type {const} */ (['ours', 'plain', 'plain', 'ours']))
    samples[name].push(await measure(`${name}.mjs`))

const rates = (/** @type {any[]} */ of) => summary(of.map((sample) => sample.events_per_s))
const [ours, plain] = [rates(samples.ours), rates(samples.plain)]
const ratio = Number((ours.median / plain.median).toFixed(2))
const result = {
  id: 'P1',
  unit: 'events/s',
  ours,
  plain,
  ratio,
  hold: 3,
  aim: 6,
  load: { before, after: loadavg() },
  samples
}
save('P1-emit', result)
console.log(
  `P1 emit: ours ${ours.median}/s (${ours.min}..${ours.max}), plain ${plain.median}/s (${plain.min}..${plain.max})`
)
console.log(
  `ratio ${ratio}x (hold 3x, aim 6x); load before ${before[0]?.toFixed(2)}, after ${loadavg()[0]?.toFixed(2)}`
)
