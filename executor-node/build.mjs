// Builds dist/: executor.mjs (the program), sdk.mjs (what scripts import) and the chunks both share.
import { rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const here = dirname(fileURLToPath(import.meta.url))
rmSync(join(here, 'dist'), { recursive: true, force: true })

await build({
  absWorkingDir: here,
  entryPoints: { executor: 'src/main.ts', sdk: 'src/sdk.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunk-[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node22',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'warning',
  alias: {
    '@quarry/sdk': join(here, '../sdk-ts/src/index.ts'),
    '@quarry/sdk/internal': join(here, '../sdk-ts/src/internal.ts')
  },
  // esbuild finds its own binary beside itself; the embedded browser is megabytes of data beside its code.
  external: ['esbuild', '@sparticuz/chromium', 'bufferutil', 'utf-8-validate'],
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: [
      "import { createRequire as quarryCreateRequire } from 'node:module'",
      'const require = quarryCreateRequire(import.meta.url)'
    ].join(';')
  }
})

// Whoever builds (npm, MSBuild, the tests) sees by this file how old the bundles are.
writeFileSync(join(here, 'dist/.build.stamp'), '')
