import { execFileSync } from 'node:child_process'
import { existsSync, globSync, statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const SOURCES = ['{sdk-ts,executor-node}/src/**/*.ts', '{sdk-ts,executor-node}/build.mjs', 'package-lock.json']

/** Tests run what is shipped: both bundles are built before the first test, when a source is newer. */
export default function buildOnce(): void {
  const stamp = `${root}executor-node/dist/.build.stamp`
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0
  const sources = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: root }))
  if (sources.every((source) => statSync(root + source).mtimeMs <= built)) return
  for (const script of ['sdk-ts/build.mjs', 'executor-node/build.mjs'])
    execFileSync(process.execPath, [root + script], { stdio: 'inherit' })
}
