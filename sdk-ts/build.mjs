// Builds dist/: ESM and CJS bundles, and declarations. Run by `npm run build`.
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
rmSync(join(here, 'dist'), { recursive: true, force: true })

const common = { absWorkingDir: here, bundle: true, platform: 'node', target: 'node22', logLevel: 'warning' }
const outExtension = (extension) => ({ outdir: 'dist', outExtension: { '.js': extension } })
await Promise.all([
  build({
    ...common,
    ...outExtension('.mjs'),
    entryPoints: ['src/index.ts', 'src/internal.ts', 'src/testing.ts'],
    external: ['puppeteer-core'],
    format: 'esm',
    splitting: true,
    chunkNames: 'shared-[hash]'
  }),
  build({ ...common, ...outExtension('.cjs'), entryPoints: ['src/index.ts'], format: 'cjs' })
])

const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'))
execFileSync(process.execPath, [join(typescript, 'bin/tsc'), '-p', join(here, 'tsconfig.build.json')], {
  stdio: 'inherit'
})
