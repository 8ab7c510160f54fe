import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** Tests run what is shipped: both bundles are built before the first test. */
export default function buildOnce(): void {
  for (const script of ['../../../sdk-ts/build.mjs', '../../build.mjs'])
    execFileSync(process.execPath, [fileURLToPath(new URL(script, import.meta.url))], { stdio: 'inherit' })
}
