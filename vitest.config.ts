import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))

export default defineConfig({
  resolve: {
    alias: [
      { find: '@quarry/sdk/internal', replacement: path('./sdk-ts/src/internal.ts') },
      { find: '@quarry/sdk/testing', replacement: path('./sdk-ts/src/testing.ts') },
      { find: '@quarry/sdk', replacement: path('./sdk-ts/src/index.ts') }
    ]
  },
  test: {
    include: ['{sdk-ts,executor-node,examples,tests/contracts}/**/*.test.ts'],
    reporters: ['default', 'json'],
    outputFile: { json: 'TestResults/vitest.json' },
    // Real browsers and processes on two cores: a cap against hanging, not a measure.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    globalSetup: ['executor-node/test/harness/build-once.ts']
  }
})
